# shellcheck shell=bash disable=SC2154,SC2034 # one script in several files
# Runs commands in turns and reports medians. Sourced after tools.sh.

hash_ns='' # of one core for a byte
cipher_ns=''
together=''
floor='' # processor seconds that a row's work costs at least; empty where there is no limit to give

# cost NAME - nanoseconds of one core for a byte, by this machine's OpenSSL.
cost() {
    ! $check || { echo 0 && return; }
    openssl speed -seconds 1 -bytes 262144 -evp "$1" 2>/dev/null | tail -n 1 | awk '{ sub(/k$/, "", $NF); printf "%.4f", 1e6 / $NF }'
}

# together - what share of its speed a processor keeps while another one hashes too: 1 where they share nothing.
together() {
    local both
    ! $check || { echo 1 && return; }
    (($(nproc) > 1)) || { echo 1 && return; }
    both=$( (cost sha256 && echo) & cost sha256 && echo && wait)
    awk -v alone="$hash_ns" '{ sum += $1 } END { printf "%.2f", alone * 2 / sum }' <<<"$both"
}

# limit IMAGE HASHES CIPHERS - CPU seconds that the sums and ciphers of its bytes cost at least, with reading and writing them.
limit() {
    ! $check || { echo 0 && return; }
    local folder=${1%:*} bytes io
    bytes=$(du -sb "$folder/blobs" | cut -f1)
    : >"$work/io"
    for _ in 1 2 3; do
        rm -rf "$work/plain"
        mkdir "$work/plain"
        /usr/bin/time -o "$work/peak" -f '%U %S' find "$folder/blobs" -type f -execdir dd if={} of="$work/plain/blob" bs=256k conv=notrunc oflag=append status=none \;
        awk '{ print $1 + $2 }' "$work/peak" >>"$work/io"
    done
    rm -rf "$work/plain"
    io=$(median 1 "$work/io")
    awk -v bytes="$bytes" -v hash="$hash_ns" -v hashes="$2" -v cipher="$cipher_ns" -v ciphers="$3" -v io="$io" 'BEGIN { printf "%.3f", bytes * (hash * hashes + cipher * ciphers) / 1e9 + io }'
}

processor() { sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1; }

heading() {
    printf '%s, %s processors, %s, %s\n' "$(processor)" "$(nproc)" "$($skopeo --version)" "$($skopeo_old --version)"
    printf '%s, %s, load %s, SHA-256 %s ns and AES-256-CTR %s ns a byte on one core, which keeps %s of its speed while another hashes too\n' "$("$coffer" --version | head -n 1)" "$(openssl version | cut -d' ' -f1,2)" "$(cut -d' ' -f1 /proc/loadavg)" "$hash_ns" "$cipher_ns" "$together"
    printf '%-8s %-8s %-16s %9s %9s %6s %9s %9s %6s %8s %8s %6s %7s %6s\n' work image against coffer peer ratio cpu peer ratio 'MB peak' peer ratio limit of
}

# compare WORK IMAGE COMMAND PEER COMMAND [PEER COMMAND]... - the first command is coffer's.
compare() {
    wants "$1" "$2" || return 0
    local row=$1 image=$2 round i turn
    local -a names=(coffer) commands=("$3")
    shift 3
    while (($#)); do
        names+=("$1") commands+=("$2")
        shift 2
    done
    for ((round = 0; round <= rounds; round++)); do
        # The first round warms the page cache.
        ((round > 1)) || for i in "${!names[@]}"; do : >"$work/runs.$i"; done
        for i in "${!names[@]}"; do
            turn=$(((i + round) % ${#names[@]}))
            once "$work/runs.$turn" "${commands[turn]}"
            ! $check || check_result "$row" "$image" "${names[turn]}"
        done
    done
    for ((i = 1; i < ${#names[@]}; i++)); do report "$row" "$image" "${names[i]}" "$work/runs.$i"; done
}

# once FILE COMMAND - appends "wall cpu peak server requests": seconds, seconds, MB, and of the registry its CPU seconds and
# how many requests moved blobs.
once() {
    local -a command
    local server requests TIMEFORMAT='%3R %3U %3S'
    read -ra command <<<"$2"
    rm -rf "$work/out"
    server=$(registry_cpu)
    requests=$(registry_requests)
    { time /usr/bin/time -o "$work/peak" -f %M "${command[@]}" 2>"$work/err" 3>&-; } 2>"$work/time" || die "failed: $2: $(tail -n 3 "$work/err")"
    awk -v peak="$(<"$work/peak")" -v server="$server" -v after="$(registry_cpu)" -v requests="$(($(registry_requests) - requests))" \
        '{ print $1, $2 + $3, peak / 1024, after - server, requests }' "$work/time" >>"$1"
}

# report WORK IMAGE PEER FILE - a row of the table, and the same as JSON in $work/rows.
report() {
    local i
    local -a ours theirs
    for i in 1 2 3 4 5; do
        ours+=("$(median "$i" "$work/runs.0")")
        theirs+=("$(median "$i" "$4")")
    done
    jq -nc --arg work "$1" --arg image "$2" --arg against "$3" --argjson limit "${floor:-null}" --argjson served "$([[ -n $registry ]] && echo true || echo false)" \
        --argjson ours "$(jq -nc '$ARGS.positional' --jsonargs "${ours[@]}")" --argjson theirs "$(jq -nc '$ARGS.positional' --jsonargs "${theirs[@]}")" '
        def ratio($a; $b): if $b > 0 then $a / $b * 1000 | round / 1000 else null end;
        def of($f): {wall: $f[0], cpu: $f[1], peakMB: ($f[2] | round)} + if $served then {registryCpu: $f[3], blobRequests: $f[4]} else {} end;
        {work: $work, image: $image, against: $against, coffer: of($ours), peer: of($theirs),
         ratio: {wall: ratio($ours[0]; $theirs[0]), cpu: ratio($ours[1]; $theirs[1]), peak: ratio($ours[2]; $theirs[2])},
         limitCpu: $limit, ofLimit: (if $limit then ratio($limit; $ours[1]) else null end)}' >>"$work/rows"
    ! $check || return 0
    awk -v work="$1" -v image="$2" -v against="$3" -v ours="${ours[*]}" -v theirs="${theirs[*]}" -v limit="$floor" -v served="$registry" '
    function ratio(a, b) { return b == 0 ? "-" : sprintf(a < b / 20 ? "%.4f" : "%.2f", a / b) }
    BEGIN {
        split(ours, o); split(theirs, t)
        printf "%-8s %-8s %-16s %7.3f s %7.3f s %6s %7.3f s %7.3f s %6s %8.0f %8.0f %6.2f %7s %6s\n", work, image, against,
            o[1], t[1], ratio(o[1], t[1]), o[2], t[2], ratio(o[2], t[2]), o[3], t[3], o[3] / t[3],
            limit == "" ? "-" : sprintf("%.2f s", limit), limit == "" ? "-" : sprintf("%.2f", limit / o[2])
        if (served != "") printf "%34s %7.2f s %7.2f s of the registry'"'"'s own CPU, %d and %d requests that move blobs\n", "", o[4], t[4], o[5], t[5]
    }'
}

# write_json FILE
write_json() {
    jq -s --arg processor "$(processor)" --argjson processors "$(nproc)" --arg load "$(cut -d' ' -f1 /proc/loadavg)" --arg coffer "$("$coffer" --version | head -n 1)" \
        --arg skopeo "$($skopeo --version)" --arg old "$($skopeo_old --version)" --arg openssl "$(openssl version)" \
        --argjson hash "$hash_ns" --argjson cipher "$cipher_ns" --argjson together "$together" --argjson rounds "$rounds" '
        {processor: $processor, processors: $processors, load: ($load | tonumber), versions: [$coffer, $skopeo, $old, $openssl],
         hashNsPerByte: $hash, cipherNsPerByte: $cipher, speedKeptTogether: $together, rounds: $rounds, rows: .}' "$work/rows" >"$1"
}
