# shellcheck shell=bash disable=SC2154,SC2034 # one script in several files
# The images: OCI layouts with gzip layers. Sourced after tools.sh.

images=''
declare -A layers_of=([one]=1 [eight]=8 [gigabyte]=4)
declare -A megabytes_of=([one]=350 [eight]=31) # of a layer; made of the files of this machine

# images_in FOLDER - small images, made there: for a check.
images_in() { images=$1; }

# image NAME - path and tag of a layout; made once.
image() {
    local folder
    if [[ -n $images ]]; then
        noise_image "$images/$1" "${layers_of[$1]}" 1
        return
    fi
    folder=$(peers_cache)/bench-$1
    if [[ $1 == gigabyte ]]; then
        noise_image "$folder" "${layers_of[$1]}" 256
        return
    fi
    [[ -f $folder/index.json ]] || files_image "$folder" "${layers_of[$1]}" "${megabytes_of[$1]}" >&2
    echo "$folder:1"
}

# noise_image FOLDER LAYERS MEBIBYTES - layers of so many MiB each that do not compress; says path and tag.
noise_image() {
    [[ -f $1/index.json ]] || make_image noise_layer "$1" "$2" "$3" >&2
    echo "$1:1"
}

files_image() {
    say "making an image of $2 gzip layers of $3 MB in $1 (once)"
    find /usr -xdev -type f -size -32M -printf '%s %p\n' 2>/dev/null | sort -k2 >"$work/files" || true
    make_image files_layer "$@"
}

# make_image MAKER FOLDER LAYERS SIZE - MAKER N LAYERS SIZE writes layer N to $work/layer and its diff ID to $work/diff.
make_image() {
    local maker=$1 folder=$2 layers=$3 blobs=$2/blobs/sha256 n digest size entries='' diffs=''
    rm -rf "$folder"
    mkdir -p "$blobs"
    for ((n = 0; n < layers; n++)); do
        "$maker" "$n" "$layers" "$4"
        diffs+=${diffs:+,}\"sha256:$(<"$work/diff")\"
        size=$(stat -c %s "$work/layer")
        digest=$(store "$work/layer")
        entries+=${entries:+,}$(descriptor application/vnd.oci.image.layer.v1.tar+gzip "$digest" "$size")
    done
    printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[%s]}}' "$diffs" >"$work/config"
    size=$(stat -c %s "$work/config")
    digest=$(store "$work/config")
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' \
        "$(descriptor application/vnd.oci.image.config.v1+json "$digest" "$size")" "$entries" >"$work/manifest"
    size=$(stat -c %s "$work/manifest")
    digest=$(store "$work/manifest")
    echo '{"imageLayoutVersion":"1.0.0"}' >"$folder/oci-layout"
    entries=$(descriptor application/vnd.oci.image.manifest.v1+json "$digest" "$size")
    # The index comes last: with it the image counts as made.
    printf '{"schemaVersion":2,"manifests":[%s,"annotations":{"org.opencontainers.image.ref.name":"1"}}]}' "${entries%\}}" >"$folder/index.json"
}

descriptor() { printf '{"mediaType":"%s","digest":"sha256:%s","size":%s}' "$@"; }

store() {
    local digest
    digest=$(sum <"$1")
    mv "$1" "$blobs/$digest"
    echo "$digest"
}

sum() { sha256sum | cut -d' ' -f1; }

# files_layer N OF MEGABYTES - a gzip tar of every OF-th file of this machine from the N-th on, filled up with noise where
# the machine has too few.
files_layer() {
    local bytes=$(($3 * 1000000)) size
    # Programs and data shrink to about a third.
    awk -v n="$1" -v of="$2" -v most=$((bytes * 3)) 'NR % of == n % of { sum += $1; if (sum > most) exit; sub(/^[0-9]+ /, ""); printf "%s%c", $0, 0 }' "$work/files" >"$work/names"
    tar -C / --null --no-recursion --ignore-failed-read -cf "$work/tar" -T "$work/names" 2>/dev/null || true
    size=$(gzip -1c "$work/tar" | wc -c)
    if ((size < bytes)); then
        head -c $((bytes - size)) /dev/urandom >"$work/noise"
        tar -C "$work" -rf "$work/tar" noise
        rm "$work/noise"
    fi
    gzip -1nc "$work/tar" >"$work/layer"
    sum <"$work/tar" >"$work/diff"
    rm "$work/tar"
}

# noise_layer N OF MEBIBYTES - a gzip tar with one file of noise, of 4 MiB at most, as often as it takes. Equal pieces are
# compressed once: gzip files one after the other are one gzip file.
noise_layer() {
    local piece=$(($3 < 4 ? $3 : 4))
    head -c $((piece * 1024 * 1024)) /dev/urandom >"$work/noise"
    { tar -C "$work" -cf - noise || true; } | head -c $((piece * 1024 * 1024 + 512)) >"$work/piece"
    gzip -1nc "$work/piece" >"$work/piece.gz"
    repeated $(($3 / piece)) "$work/piece.gz" >"$work/layer"
    head -c 1024 /dev/zero | gzip -1nc >>"$work/layer"
    { repeated $(($3 / piece)) "$work/piece" && head -c 1024 /dev/zero; } | sum >"$work/diff"
    rm "$work"/{noise,piece,piece.gz}
}

# repeated N FILE - its content N times.
repeated() {
    local n
    for ((n = 0; n < $1; n++)); do echo "$2"; done | xargs cat
}

# layers_in LAYOUT - "DIGEST MEDIATYPE" of each layer of the only image there.
layers_in() { jq -r '.layers[] | "\(.digest) \(.mediaType)"' "$1/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' "$1/index.json")"; }
