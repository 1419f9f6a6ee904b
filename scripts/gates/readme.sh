#!/bin/bash
# Every command of README.md works: its sh blocks run in order in a folder with keys (priv.pem, pub.pem, priv2.pem,
# pub2.pem) and an image (oci:image:tag), with the peers on PATH. A block after a line "<!-- not run: REASON -->" is left
# out; so are scripts/test and scripts/demo, which are this run and a gate of their own.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

commands() {
    awk '
        /^<!-- not run: / { leave = 1 }
        /^```/ && inside { inside = 0; next }
        /^```/ { inside = /^```(sh|bash|console)$/ && !leave ? 1 : 2; leave = 0; next }
        inside == 1 && !/^(scripts\/(test|demo)|\.ci\/run|git clone|cd )/ { print }' "$repo/README.md"
}

fixture() {
    ln -s "$repo/artifacts" artifacts
    ln -s "$repo/scripts" scripts
    local n
    for n in '' 2; do
        openssl genrsa -out "priv$n.pem" 2048 2>/dev/null
        openssl pkey -in "priv$n.pem" -pubout -out "pub$n.pem"
    done
    mkdir root
    echo hello >root/hello
    umoci init --layout image
    umoci new --image image:tag
    umoci insert --rootless --image image:tag root / 2>/dev/null
}

if [[ ! -f $repo/README.md || -z $(commands) ]]; then
    echo 'gate: readme: failed, README.md has no commands'
    exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fixture
export PATH=$repo/artifacts/peers:$PATH
commands >commands.sh
if ! bash -euxo pipefail commands.sh; then
    echo 'gate: readme: failed'
    exit 1
fi
echo "gate: readme: passed, $(grep -c . commands.sh) lines"
