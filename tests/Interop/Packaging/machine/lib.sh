# shellcheck shell=bash
# What the scripts of this folder share: each runs as root on a machine of its own (scripts/peers/systemd) in a folder that
# holds the image oci:app:1. The key provider is installed by the very commands of docs/runtimes/README.md.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../../scripts/lib.sh"
# shellcheck source=scripts/walk.sh
source "${repo:?}/scripts/walk.sh"

unit=coffer-keyprovider.service
export PATH=$repo/artifacts/peers:/usr/local/bin:$PATH OCICRYPT_KEYPROVIDER_CONFIG=/etc/coffer/ocicrypt_keyprovider.json

install_provider() {
    ln -s "$repo/ocicrypt-config" "$repo/artifacts" .
    walk log < <(commands "$repo/docs/runtimes/README.md") >installed || fail "$(cat installed)"
}

fail() {
    echo "$*" >&2
    journalctl -q --no-pager -u "$unit" >&2 || true
    exit 1
}

# same WHAT EXPECTED ACTUAL
same() { [[ $2 == "$3" ]] || fail "$1: expected '$2', found '$3'"; }

# has WHAT TEXT PART
has() { [[ $2 == *"$3"* ]] || fail "$1: '$3' is not in '$2'"; }

# eventually WHAT COMMAND... - waits half a minute for the command to succeed.
eventually() {
    local what=$1
    shift
    for _ in {1..300}; do
        ! "$@" || return 0
        sleep 0.1
    done
    fail "$what does not happen"
}

show() { systemctl show --value -p "$1" "$unit"; }
logged() { journalctl -q --no-pager -u "$unit" | grep -q -- "$1"; }
wrap() { skopeo copy -q --encryption-key "provider:coffer:keyid=$1" oci:app:1 "oci:$2:1"; }
unwrap() { skopeo copy -q --decryption-key provider:coffer "oci:$1:1" "oci:$2:1"; }

# opens LAYOUT - it opens, and what comes out is the original's layer.
opens() {
    rm -rf opened
    unwrap "$1" opened || fail "$1 does not open"
    same "the layers of $1" "$(layers app)" "$(layers opened)"
}

layers() { skopeo inspect "oci:$1:1" | jq -c .Layers; }
