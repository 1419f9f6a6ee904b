# shellcheck shell=bash
# What the drop-in for networks opens is enough for metrics on a loopback address.
# shellcheck source=tests/Interop/Packaging/machine/lib.sh
source "$(dirname "$0")/lib.sh"
install_provider
install -D -m 0644 -t /etc/systemd/system/$unit.d "$repo/ocicrypt-config/systemd/$unit.d/network.conf"
jq '.metrics = {listen: "127.0.0.1:9464"}' /etc/coffer/keyprovider.json >changed
cat changed >/etc/coffer/keyprovider.json
systemctl daemon-reload
wrap team-a encrypted
has 'the metrics' "$(curl -fsS http://127.0.0.1:9464/metrics)" coffer_keyprovider
