# shellcheck shell=bash disable=SC2154,SC2034 # one script in several files
# Whether the results of the measured works are right, each judged by the other tool. Sourced after registry.sh.

# check_result WORK IMAGE WHO - after one run: what it wrote lies in $work/out or in the registry.
check_result() {
    "check_$1" "$2" "$3"
    say "$1 $2 by $3 is right"
}

# same_layers LAYOUT IMAGE - the layout has exactly the original's layers.
same_layers() { diff <(layers_in "$images/$2") <(layers_in "$1") >"$work/diff" || die "layers differ from those of image $2: $(head -n 3 "$work/diff")"; }

# opened_by_the_other WHO IMAGE FROM - who did not encrypt decrypts, and finds the original.
opened_by_the_other() {
    rm -rf "$work/opened"
    if [[ $1 == coffer ]]; then
        local peer
        for peer in "$skopeo" "$skopeo_old"; do
            rm -rf "$work/opened"
            $peer copy -q --src-tls-verify=false --decryption-key "$work/key.pem" "$3" "oci:$work/opened:1" || die "$peer does not open what coffer encrypted"
            same_layers "$work/opened" "$2"
        done
    else
        "$coffer" decrypt -q --src-tls-verify=false -d "$work/key.pem" "$3" "oci:$work/opened:1" || die "coffer does not open what $1 encrypted"
        same_layers "$work/opened" "$2"
    fi
}

all_encrypted() {
    [[ $(layers_in "$1" | grep -c '+encrypted$') -eq $(layers_in "$images/$2" | wc -l) ]] || die "not every layer of image $2 is encrypted"
}

check_encrypt() {
    all_encrypted "$work/out" "$1"
    opened_by_the_other "$2" "$1" "oci:$work/out:1"
}

check_decrypt() { same_layers "$work/out" "$1"; }

check_copy() { same_layers "$work/out" "$1"; }

# The sound image passed; one with an altered layer must not.
check_verify() {
    [[ $2 == coffer ]] || return 0
    local layer
    rm -rf "$work/altered"
    cp -r "$images/$1" "$work/altered"
    layer=$work/altered/blobs/sha256/$(layers_in "$work/altered" | sed -n '1s/^sha256:\([^ ]*\).*/\1/p')
    printf x | dd of="$layer" bs=1 seek=1000 conv=notrunc status=none
    ! "$coffer" verify -q "oci:$work/altered:1" 2>/dev/null || die "coffer verify takes an altered layer for sound"
}

check_start() { :; }

# The packet opens to the options that were wrapped.
check_exec() {
    [[ $2 == coffer ]] || return 0
    "$coffer" keyprovider exec --local-keys "$work/keys" <"$work/request.json" | jq -j '.keyunwrapresults.optsdata | implode' | cmp -s - "$work/options.json" ||
        die "keyprovider exec gives other options than were wrapped"
}

check_registry() {
    local name=${2%% *}
    opened_by_the_other "$2" "$1" "docker://$registry/$name:1"
}

# The old recipient and the new one open it, and no blob moved.
check_rewrap() {
    [[ $2 == coffer ]] || return 0
    local key
    for key in key other; do
        rm -rf "$work/opened"
        $skopeo copy -q --src-tls-verify=false --decryption-key "$work/$key.pem" "docker://$registry/sealed:2" "oci:$work/opened:1" || die "the rewrapped image does not open with the key $key"
        same_layers "$work/opened" "$1"
    done
    [[ $(awk '{ print $5 }' "$work/runs.0") == 0 ]] || die "rewrap moved blobs"
}

# every_row_is_there - the figures are whole: one row for each work, image and peer, each with every number.
every_row_is_there() {
    write_json "$work/figures.json"
    jq -e '
        (.rows | map("\(.work) \(.image) \(.against)")) == [
            "encrypt one skopeo 1.18", "encrypt one skopeo 1.9", "decrypt one skopeo 1.18", "decrypt one skopeo 1.9", "copy one skopeo 1.18", "verify one gzip | sha256sum",
            "encrypt eight skopeo 1.18", "encrypt eight skopeo 1.9", "decrypt eight skopeo 1.18", "decrypt eight skopeo 1.9", "copy eight skopeo 1.18", "verify eight gzip | sha256sum",
            "start - skopeo 1.18", "exec - skopeo 1.18", "registry one skopeo 1.18", "registry eight skopeo 1.18", "rewrap gigabyte skopeo 1.18"]
        and all(.rows[]; all(.coffer, .peer; .wall > 0 and .cpu >= 0 and .peakMB > 0) and .ratio.wall > 0)
        and all(.rows[] | select(.work == "registry" or .work == "rewrap"); .coffer.registryCpu >= 0 and .peer.blobRequests > 0)
        and (.processors > 0 and (.versions | length) == 4)' "$work/figures.json" >"$work/verdict" || die "the figures are not whole: $(jq -c . "$work/figures.json")"
    say "every work was done and every result is right"
}
