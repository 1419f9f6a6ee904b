#!/bin/bash
# Follows docs/broker/install.md and then docs/operations.md word by word, on a machine whose first process is a real systemd and on
# which a PostgreSQL server runs, as that page takes for granted.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=scripts/walk.sh
source "$repo/scripts/walk.sh"

main() {
    if ! is_root && [[ ${CI-} != true ]]; then
        echo 'gate: operations: skipped, it needs root'
        return
    fi
    local status=0
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    make_app "$work/app"
    ln -s "$repo/deploy" "$repo/scripts" "$repo/artifacts" "$work"
    (
        cd "$work"
        export PATH=/usr/local/bin:$PATH
        exec "$repo/scripts/peers/systemd" "$repo/scripts/gates/operations.sh" --inside
    ) || status=$?
    [[ $status -ne 125 ]] || echo 'gate: operations: skipped, systemd cannot be run here'
    ((status == 0 || status == 125))
}

# start_postgres - as Debian sets one up: peers by their socket, passwords over TCP.
start_postgres() {
    local binaries
    binaries=$(find /usr/lib/postgresql -path '*/bin/initdb' -printf '%h\n' | sort -V | tail -n 1)
    install -d -o postgres -g postgres /var/lib/pg /run/postgresql
    runuser -u postgres -- "$binaries/initdb" -D /var/lib/pg/data --auth-local=peer --auth-host=scram-sha-256 --no-sync
    runuser -u postgres -- "$binaries/pg_ctl" -D /var/lib/pg/data -o '-c listen_addresses=localhost -c fsync=off -k /run/postgresql' -w -l /var/lib/pg/log start
}

if [[ ${1-} == --inside ]]; then
    start_postgres >postgres.log 2>&1 </dev/null || { cat postgres.log && exit 1; }
    walk log < <(commands "$repo/docs/broker/install.md" "$repo/docs/operations.md")
else
    main
fi
