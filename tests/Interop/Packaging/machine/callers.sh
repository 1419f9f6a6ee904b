# shellcheck shell=bash
# Who is not on the list may connect, being of the socket's group, and is refused by name; root is let in.
# shellcheck source=tests/Interop/Packaging/machine/lib.sh
source "$(dirname "$0")/lib.sh"
install_provider
wrap team-a encrypted

useradd -M -G coffer ann
chmod 755 . && chmod -R a+rX encrypted
status=0
setpriv --reuid ann --regid ann --init-groups coffer decrypt -d provider:coffer oci:encrypted:1 "oci:$(mktemp -u):1" 2>refusal || status=$?
same 'the exit status of a caller who is not allowed' 5 "$status"
has 'what the caller is told' "$(cat refusal)" "uid $(id -u ann)"
logged "$(id -u ann)" || fail 'the refusal is not logged'

jq '.listen.allowedUids += ["ann"]' /etc/coffer/keyprovider.json >changed
cat changed >/etc/coffer/keyprovider.json
systemctl reload "$unit"
allowed() { setpriv --reuid ann --regid ann --init-groups coffer verify -d provider:coffer oci:encrypted:1 >/dev/null 2>&1; }
eventually 'that ann may ask after the reload' allowed
