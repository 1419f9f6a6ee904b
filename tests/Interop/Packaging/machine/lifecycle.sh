# shellcheck shell=bash
# New keys are taken up without a restart; a killed, stopped or hanging daemon is there again for the next call.
# shellcheck source=tests/Interop/Packaging/machine/lib.sh
source "$(dirname "$0")/lib.sh"
install_provider
wrap team-a encrypted
pid=$(show MainPID)

runuser -u coffer -- coffer keyprovider key generate --dir /etc/coffer/keys --id team-b >/dev/null
! wrap team-b early 2>refusal || fail 'a key counts before it is loaded'
has 'the refusal' "$(cat refusal)" team-b
systemctl reload "$unit"
eventually 'a reload' wrap team-b second
same 'the process after a reload' "$pid" "$(show MainPID)"
opens second

kill -KILL "$pid"
opens encrypted
systemctl stop "$unit"
[[ -S /run/coffer/keyprovider.sock ]] || fail 'the socket went with the service'
opens encrypted

mkdir -p /etc/systemd/system/$unit.d
printf '[Service]\nWatchdogSec=2s\n' >/etc/systemd/system/$unit.d/watchdog.conf
systemctl daemon-reload
systemctl restart "$unit"
sleep 5 # several periods of a daemon that is well
restarts=$(show NRestarts)
same 'restarts of a daemon that is well' 0 "$restarts"
kill -STOP "$(show MainPID)"
another() { [[ $(show NRestarts) -gt $restarts ]]; }
eventually "the watchdog's restart" another
opens encrypted
