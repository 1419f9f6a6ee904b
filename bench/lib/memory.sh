# shellcheck shell=bash disable=SC2154,SC2034 # one script in several files
# Peak memory by the size of a layer. Sourced after images.sh.

# measure_memory MEBIBYTES,... - one run each, a row for each size and work; the images are removed again.
measure_memory() {
    local -a sizes
    local size image
    IFS=, read -ra sizes <<<"$1"
    printf '%-8s %9s %10s %10s %6s %9s %9s\n' work 'MiB layer' 'MB peak' 'skopeo' ratio wall skopeo
    for size in "${sizes[@]}"; do
        image=$(noise_image "$work/images/$size" 1 "$size")
        peaks encrypt "$size" "$coffer encrypt -q -e jwe:$work/pub.pem oci:$image oci:$work/out:1" \
            "$skopeo copy -q --encryption-key jwe:$work/pub.pem oci:$image oci:$work/out:1"
        mv "$work/out" "$work/encrypted" # skopeo's
        peaks verify "$size" "$coffer verify -q oci:$image" "$work/unpack $image"
        rm -rf "$work/images/$size"
        peaks decrypt "$size" "$coffer decrypt -q -d $work/key.pem oci:$work/encrypted:1 oci:$work/out:1" \
            "$skopeo copy -q --decryption-key $work/key.pem oci:$work/encrypted:1 oci:$work/out:1"
        rm -rf "$work/encrypted" "$work/out"
    done
}

# peaks WORK MEBIBYTES OURS THEIRS
peaks() {
    : >"$work/runs.0" && : >"$work/runs.1"
    once "$work/runs.0" "$3"
    once "$work/runs.1" "$4"
    paste -d' ' "$work/runs.0" "$work/runs.1" |
        awk -v work="$1" -v size="$2" '{ printf "%-8s %9s %10.0f %10.0f %6.2f %7.2f s %7.2f s\n", work, size, $3, $8, $3 / $8, $1, $6 }'
}
