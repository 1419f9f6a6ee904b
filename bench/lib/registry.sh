# shellcheck shell=bash disable=SC2154,SC2034 # one script in several files
# A local docker-registry, with its own processor time and its log of requests. Sourced after tools.sh.

registry='' # 127.0.0.1:PORT while it runs
registry_pid=''

serve_registry() {
    local port
    for port in $(shuf -i 20000-60000 -n 20); do
        printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: "%s"}}\nhttp: {addr: "127.0.0.1:%s", secret: bench}\n' "$work/storage" "$port" >"$work/registry.yml"
        docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>/dev/null &
        registry_pid=$!
        for _ in {1..100}; do
            kill -0 "$registry_pid" 2>/dev/null || continue 2
            registry=127.0.0.1:$port
            (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
            sleep 0.1
        done
    done
    die "docker-registry does not answer"
}

stop_registry() {
    [[ -n $registry_pid ]] || return 0
    { kill "$registry_pid" && wait "$registry_pid"; } 2>/dev/null || true
    registry='' registry_pid=''
    rm -rf "$work/storage"
}

# registry_cpu - seconds of its processor time so far; 0 where none runs.
registry_cpu() {
    [[ -n $registry_pid ]] || { echo 0 && return; }
    awk -v ticks="$(getconf CLK_TCK)" '{ print ($14 + $15) / ticks }' "/proc/$registry_pid/stat"
}

# registry_requests - how many requests with the content of blobs it answered so far: downloads and uploads.
registry_requests() {
    [[ -n $registry_pid ]] || { echo 0 && return; }
    grep -cE '"(GET [^ ]*/blobs/|(PATCH|PUT|POST) [^ ]*/blobs/uploads/)' "$work/registry.log" || true
}
