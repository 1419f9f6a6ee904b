# shellcheck shell=bash disable=SC2154,SC2034 # one script in several files
# How the broker's speed grows with what its store holds: rows are written straight into a SQLite store, and releases measured at each size.

growth_sizes=(1000 10000 100000 1000000)
growth_connections=16

# measure_growth KIND - hosts, policies or audit.
measure_growth() {
    local size before=0
    start_broker sqlite one
    stop_broker
    $json || printf '%-9s %9s %12s %9s %9s %12s %9s\n' rows number releases/s 'p50 ms' 'p99 ms' 'broker us' 'store MB'
    for size in "${growth_sizes[@]}"; do
        fill "$1" "$before" "$size"
        before=$size
        start_broker sqlite one kept
        : >"$work/figures"
        for ((round = 0; round < rounds; round++)); do
            clients one release "$url" "$work/data/ca.pem" "$work/data/admin-token" 64 "$growth_connections" "$seconds" 2 "$broker" >>"$work/figures"
        done
        stop_broker
        growth_row "$1" "$size"
    done
}

# growth_row KIND SIZE
growth_row() {
    awk -v kind="$1" -v size="$2" -v json="$json" -v store="$(stat -c %s "$work/data/broker.db")" \
        -v rate="$(median 1 "$work/figures")" -v p50="$(median 2 "$work/figures")" -v p99="$(median 3 "$work/figures")" -v cpu="$(median 4 "$work/figures")" 'BEGIN {
        if (json == "true") printf "{\"rows\":\"%s\",\"number\":%d,\"releasesPerSecond\":%.0f,\"p50Ms\":%.2f,\"p99Ms\":%.2f,\"brokerUs\":%.0f,\"storeMB\":%.0f}\n", kind, size, rate, p50 / 1e3, p99 / 1e3, cpu, store / 1e6
        else printf "%-9s %9d %12.0f %9.2f %9.2f %12.0f %9.0f\n", kind, size, rate, p50 / 1e3, p99 / 1e3, cpu, store / 1e6 }'
}

# fill KIND FROM TO - rows in the form in which the broker would have written them; keys of machines and requests are random, as theirs are.
fill() {
    {
        echo 'PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; BEGIN;'
        echo "CREATE TEMP TABLE fresh AS WITH RECURSIVE n (i) AS (SELECT $2 + 1 UNION ALL SELECT i + 1 FROM n WHERE i < $3)
            SELECT i, lower(hex(randomblob(16))) AS id, lower(hex(randomblob(32))) AS ak, lower(hex(randomblob(32))) AS ek FROM n;"
        "fill_$1"
        echo 'COMMIT; PRAGMA wal_checkpoint(TRUNCATE);'
    } | sqlite3 -bail "$work/data/broker.db" >/dev/null
}

put() { echo "INSERT INTO records (collection, key, value) SELECT '$1', CAST($2 AS BLOB), CAST($3 AS BLOB) FROM fresh;"; }

fill_hosts() {
    put hosts id "json_object('id', id, 'state', 'approved', 'labels', json('[]'), 'name', 'fill-' || i, 'host_uuid', NULL,
        'ak', json_object('name', '000b' || ak, 'public', 'AAA='), 'ek', json_object('sha256', ek, 'issuer', NULL), 'pcrs', json('{}'), 'baseline', json('{}'),
        'counters', json_object('resets', 1, 'restarts', 1, 'milliseconds', i, 'safe', json('true')), 'created', 0, 'changed', 0, 'seen', 0)"
    put hosts-by-ak "'000b' || ak" id
    put hosts-by-ek ek id
}

fill_policies() {
    local record="json_object('v', 1, 'version', 1, 'put', '2026-01-01T00:00:00.000Z', 'actor', NULL, 'document', json_object(
        'name', 'fill-' || i, 'effect', 'allow', 'resources', json_array('fill-' || i || '/keys/*'), 'when', json_object('tee', 'tpm')))"
    put policies "'fill-' || i" "$record"
    put policy-versions "'fill-' || i || '/000000000001'" "$record"
    put policy-places "'fill-' || i || '/keys//fill-' || i" "''"
}

# A chain of another broker's, of entries as long as those of releases with a short explanation.
fill_audit() {
    put audit "printf('ffffffffffffffff/%016d', i)" "json_object('v', 1, 'seq', i, 'time', '2026-01-01T00:00:00.000Z', 'request_id', substr(id, 1, 16), 'action', 'resource.release',
        'outcome', 'allowed', 'reason', 'allowed by tpm-node@1; version 1', 'actor', id, 'subject', 'default/image-kek/' || i, 'explanation', json_object('resource', hex(randomblob(150))), 'previous', ek)"
    put audit-requests "substr(id, 1, 16) || printf('/ffffffffffffffff/%016d', i)" "''"
}
