# shellcheck shell=bash
# Follows the pages of the documentation word by word. Sourced after lib.sh.

# commands PAGE... - the lines of their sh blocks; a line that ends in a backslash goes on in the next one.
commands() {
    awk 'FNR == 1 { inside = 0 } /^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside && NF' "$@" |
        sed -e :join -e '/\\$/{N;s/\\\n *//;bjoin' -e '}'
}

# walk LOG - runs the commands on standard input in this shell and folder, as one who types them would: what a line exports
# counts for the next one, a daemon started with & is waited for until it says that it is ready, and the repository's own
# scripts run from its root, unless they are such daemons. Prints a verdict for each line (its name ends at the next colon); stops at the first that fails.
walk() {
    local line
    while IFS= read -r line <&3; do
        if follow "$1" "$line"; then
            echo "gate: ${line//:/;}: passed"
        else
            cat "$1"
            echo "gate: ${line//:/;}: failed"
            return 1
        fi
    done 3<&0
}

follow() {
    : >"$1"
    case $2 in
    *'&')
        eval "$2" >"$1" 2>&1 </dev/null
        until_ready "$1" $!
        ;;
    scripts/*) (cd "${repo:?}" && eval "$2") >"$1" 2>&1 </dev/null ;;
    *) eval "$2" >"$1" 2>&1 </dev/null ;;
    esac
}

until_ready() {
    for _ in {1..600}; do
        ! grep -q ready "$1" || return 0
        kill -0 "$2" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}

# make_app FOLDER - what the pages take for granted: the image oci:FOLDER:1. A layer is a real tar of the documentation.
make_app() {
    local blobs=$1/blobs/sha256 tar layer config manifest
    mkdir -p "$blobs"
    tar -C "${repo:?}" -cf "$1/tar" docs README.md
    tar=$(sha256sum "$1/tar" | cut -d' ' -f1)
    gzip -n "$1/tar"
    layer=$(store "$1/tar.gz" application/vnd.oci.image.layer.v1.tar+gzip)
    printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$tar" >"$1/config"
    config=$(store "$1/config" application/vnd.oci.image.config.v1+json)
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' "$config" "$layer" >"$1/manifest"
    manifest=$(store "$1/manifest" application/vnd.oci.image.manifest.v1+json)
    printf '{"schemaVersion":2,"manifests":[%s,"annotations":{"org.opencontainers.image.ref.name":"1"}}]}' "${manifest%\}}" >"$1/index.json"
    echo '{"imageLayoutVersion":"1.0.0"}' >"$1/oci-layout"
}

# store FILE MEDIATYPE - moves the file among the blobs and prints its descriptor.
store() {
    local digest size
    digest=$(sha256sum "$1" | cut -d' ' -f1)
    size=$(stat -c %s "$1")
    mv "$1" "$blobs/$digest"
    printf '{"mediaType":"%s","digest":"sha256:%s","size":%s}' "$2" "$digest" "$size"
}
