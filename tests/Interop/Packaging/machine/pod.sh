# shellcheck shell=bash
# The circumstances of the DaemonSet's pod, without a kubelet: its configuration, its Secret as the kubelet mounts one, user 0
# without a capability, a root that cannot be written but for the socket's folder, and its probe.
# shellcheck source=tests/Interop/Packaging/machine/lib.sh
source "$(dirname "$0")/lib.sh"
install -m 0755 "$repo/artifacts/bin/coffer" /usr/local/bin/coffer
install -D -m 0644 -t /etc/coffer "$repo/ocicrypt-config/kubernetes/keyprovider.json"
install -m 0644 "$repo/ocicrypt-config/ocicrypt_keyprovider.grpc.json" "$OCICRYPT_KEYPROVIDER_CONFIG"
coffer keyprovider key generate --dir keys --id team-a >/dev/null

# A Secret is a file system in memory, open to all but sticky; its files stand in a dated folder behind two links.
mkdir -p /etc/coffer/keys /run/coffer
mount -t tmpfs -o mode=1777 tmpfs /etc/coffer/keys
mkdir -m 0755 /etc/coffer/keys/..2026_01_02
install -m 0400 -t /etc/coffer/keys/..2026_01_02 keys/*
ln -s ..2026_01_02 /etc/coffer/keys/..data
for key in keys/*; do
    ln -s "..data/${key##*/}" "/etc/coffer/keys/${key##*/}"
done

unit=pod.service
cat >/etc/systemd/system/$unit <<'UNIT'
[Service]
ExecStart=/usr/local/bin/coffer keyprovider serve --config /etc/coffer/keyprovider.json
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=/run/coffer
PrivateNetwork=yes
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
MemoryMax=256M
UNIT
systemctl daemon-reload
systemctl start "$unit"
healthy() { coffer keyprovider status --socket /run/coffer/keyprovider.sock >/dev/null 2>&1; }
eventually 'health' healthy

wrap team-a encrypted
opens encrypted
systemctl stop "$unit"
! healthy || fail 'a stopped daemon is healthy'
