#!/bin/bash
# Runs every command of the README, in order, in a folder that holds what the README takes for granted: an image
# oci:app:1, and a registry on localhost:5000 (other ports than the README's where those are taken).
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=scripts/walk.sh
source "$repo/scripts/walk.sh"

work=$(mktemp -d)
trap clean_up EXIT

main() {
    make_app "$work/app"
    start_registry
    local port broker tpm
    port=$(<"$work/port")
    broker=$(free_port 8080)
    tpm=$(free_port 2321)
    cd "$work"
    ln -s "$repo/scripts" scripts
    PATH=$repo/artifacts/bin:$repo/artifacts/peers:$PATH
    walk "$work/log" < <(commands "$repo/README.md" | sed -e "s/localhost:5000/localhost:$port/g" -e "s/127.0.0.1:8080/127.0.0.1:$broker/g" \
        -e "s/127.0.0.1:2321/127.0.0.1:$tpm/g" -e "s/software-tpm tpm 2321/software-tpm tpm $tpm/")
}

# clean_up - ends what the README leaves running, and the registry.
clean_up() {
    local -a running
    mapfile -t running < <(jobs -p)
    ((${#running[@]} == 0)) || kill "${running[@]}" 2>/dev/null || true
    cd /
    rm -rf "$work"
}

# free_port PREFERRED - that port of 127.0.0.1 or another one that nobody listens on, nor on the one after it.
free_port() {
    local port
    for port in "$1" $(shuf -i 20000-32000 -n 20); do
        (echo >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
        (echo >"/dev/tcp/127.0.0.1/$((port + 1))") 2>/dev/null && continue
        echo "$port"
        return
    done
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
        local registry=$!
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
