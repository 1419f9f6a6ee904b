# shellcheck shell=bash
# Without a daemon: the runtime starts the command for each layer, with keys that belong to root.
# shellcheck source=tests/Interop/Packaging/machine/lib.sh
source "$(dirname "$0")/lib.sh"
samples=$repo/ocicrypt-config
install -m 0755 "$repo/artifacts/bin/coffer" /usr/local/bin/coffer
install -D -m 0644 "$samples/ocicrypt_keyprovider.cmd.json" "$OCICRYPT_KEYPROVIDER_CONFIG"
install -m 0644 -t /etc/coffer "$samples/keyprovider.json"
coffer keyprovider key generate --dir /etc/coffer/keys --id team-a >/dev/null

wrap team-a encrypted
opens encrypted
[[ ! -e /run/coffer/keyprovider.sock ]] || fail 'there is a socket'
