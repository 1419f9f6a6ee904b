# shellcheck shell=bash
# The broker installed by the commands of docs/broker/install.md runs as its own user, confined as its unit says; it reloads, comes back
# after a kill and when it hangs, and its store may be PostgreSQL.
# shellcheck source=tests/Interop/Packaging/machine/lib.sh
source "$(dirname "$0")/lib.sh"
unit=coffer-broker.service
ln -s "$repo/deploy" "$repo/artifacts" .
walk log < <(commands "$repo/docs/broker/install.md") >installed || fail "$(cat installed)"

same 'the service is' active "$(show ActiveState)"
pid=$(show MainPID)
of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"; }
same 'its user' "$(id -u coffer-broker)" "$(stat -c %u "/proc/$pid")"
same 'its capabilities' 0000000000000000 "$(of CapEff)"
same 'no new privileges' 1 "$(of NoNewPrivs)"
same 'seccomp' 2 "$(of Seccomp)"
! nsenter -t "$pid" -m touch /etc/x 2>/dev/null || fail 'it may write the configuration of the machine'
! grep -q '^[^ ]* .wx' "/proc/$pid/maps" || fail 'memory is both writable and executable'
! runuser -u nobody -- ls /etc/coffer-broker 2>/dev/null || fail "everybody looks at what the broker is handed"
has 'the certificate' "$(openssl s_client -connect localhost:8080 </dev/null 2>/dev/null | openssl x509 -noout -ext subjectAltName)" broker.example
same 'readiness' 200 "$(curl -sS --cacert "$COFFER_BROKER_CA" -o ready -w '%{http_code}' https://localhost:8080/readyz)"
has 'the metrics' "$(curl -fsS --unix-socket /run/coffer-broker/metrics.sock http://localhost/metrics)" 'coffer_broker_ready{check="store"} 1'

systemctl reload "$unit"
reloaded() { logged reloaded; }
eventually 'a reload' reloaded
same 'the process after a reload' "$pid" "$(show MainPID)"

answers() { coffer broker status >/dev/null 2>&1; }
kill -KILL "$pid"
eventually 'an answer after a kill' answers
printf '[Service]\nWatchdogSec=2s\n' >/etc/systemd/system/$unit.d/watchdog.conf
systemctl daemon-reload
systemctl restart "$unit"
kill -STOP "$(show MainPID)"
another() { [[ $(show NRestarts) -gt 0 ]]; }
eventually "the watchdog's restart" another
eventually 'an answer after it' answers

# PostgreSQL, from a backup that the timer's service makes.
systemctl start coffer-broker-backup.service
binaries=$(dirname "$(ls -d /usr/lib/postgresql/*/bin/initdb | tail -n 1)")
install -d -o postgres -g postgres /var/lib/pg /run/pg
runuser -u postgres -- "$binaries/initdb" -D /var/lib/pg/data -A trust --no-sync >log
runuser -u postgres -- "$binaries/pg_ctl" -D /var/lib/pg/data -o '-c listen_addresses= -c fsync=off -k /run/pg' -w -l /var/lib/pg/log start >log
runuser -u postgres -- psql -q -h /run/pg -c 'CREATE ROLE coffer LOGIN' -c 'CREATE DATABASE coffer OWNER coffer'
install -m 0640 -g coffer-broker /dev/null /etc/coffer-broker/store
echo 'postgres://coffer@/coffer?host=/run/pg' >/etc/coffer-broker/store
for of in "$unit" coffer-broker-backup.service; do
    install -D -m 0644 -t "/etc/systemd/system/$of.d" "deploy/systemd/$unit.d/postgres.conf"
done
systemctl daemon-reload
systemctl stop "$unit"
coffer broker restore "$(find /var/backups/coffer-broker -name '*.backup' | sort | tail -n 1)" --data /var/lib/pg-data --store-file /etc/coffer-broker/store --root-key /etc/coffer-broker/root-key >log
systemctl start "$unit"
COFFER_TOKEN=$(cat /etc/coffer-broker/audit-token) coffer broker audit verify >log || fail "$(cat log)"
systemctl start coffer-broker-backup.service
same 'the number of backups' 3 "$(find /var/backups/coffer-broker -name '*.backup' | wc -l)"
runuser -u postgres -- "$binaries/pg_ctl" -D /var/lib/pg/data -m fast stop >log
