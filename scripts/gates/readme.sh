#!/bin/bash
# Runs every command of the README, in order, in a folder that holds what the README takes for granted: an image
# oci:app:1, and a registry on localhost:5000 (another port where that one is taken).
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

work=$(mktemp -d)
registry=''
trap '[[ -z $registry ]] || kill "$registry"; rm -rf "$work"' EXIT

main() {
    make_app
    start_registry
    local port
    port=$(<"$work/port")
    blocks | sed "s/localhost:5000/localhost:$port/g" >"$work/commands"
    local failed=0 line
    while IFS= read -r line; do
        # The verdict's name ends at the next colon.
        if run "$line" >"$work/log" 2>&1; then
            echo "gate: ${line//:/;}: passed"
        else
            cat "$work/log"
            echo "gate: ${line//:/;}: failed"
            failed=1
        fi
    done <"$work/commands"
    return "$failed"
}

# The repository's own scripts run from its root, everything else in the work folder.
run() {
    local at=$work
    [[ $1 != scripts/* ]] || at=$repo
    (cd "$at" && PATH=$repo/artifacts/bin:$repo/artifacts/peers:$PATH timeout 300 bash -euo pipefail -c "$1" </dev/null)
}

blocks() { awk '/^```sh$/ { inside = 1; next } /^```/ { inside = 0 } inside' "$repo/README.md"; }

# A layer is a real tar of the documentation: small and real.
make_app() {
    local blobs=$work/app/blobs/sha256 tar layer config manifest
    mkdir -p "$blobs"
    tar -C "$repo" -cf "$work/tar" docs README.md
    tar=$(sha256sum "$work/tar" | cut -d' ' -f1)
    gzip -n "$work/tar"
    layer=$(store "$work/tar.gz" application/vnd.oci.image.layer.v1.tar+gzip)
    printf '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$tar" >"$work/config"
    config=$(store "$work/config" application/vnd.oci.image.config.v1+json)
    printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[%s]}' "$config" "$layer" >"$work/manifest"
    manifest=$(store "$work/manifest" application/vnd.oci.image.manifest.v1+json)
    printf '{"schemaVersion":2,"manifests":[%s,"annotations":{"org.opencontainers.image.ref.name":"1"}}]}' "${manifest%\}}" >"$work/app/index.json"
    echo '{"imageLayoutVersion":"1.0.0"}' >"$work/app/oci-layout"
}

# store FILE MEDIATYPE - moves the file among the blobs and prints its descriptor.
store() {
    local digest size
    digest=$(sha256sum "$1" | cut -d' ' -f1)
    size=$(stat -c %s "$1")
    mv "$1" "$blobs/$digest"
    printf '{"mediaType":"%s","digest":"sha256:%s","size":%s}' "$2" "$digest" "$size"
}

start_registry() {
    local port
    for port in 5000 $(shuf -i 20000-32000 -n 20); do
        (echo >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
        cat >"$work/registry.yml" <<CONFIG
version: 0.1
storage: { filesystem: { rootdirectory: $work/registry } }
http: { addr: "127.0.0.1:$port" }
CONFIG
        "$repo/artifacts/peers/docker-registry" serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
        registry=$!
        for _ in $(seq 100); do
            if (echo >"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
                echo "$port" >"$work/port"
                return
            fi
            kill -0 "$registry" 2>/dev/null || break
            sleep 0.1
        done
    done
    die "docker-registry does not start: $(tail -n 1 "$work/registry.log")"
}

main
