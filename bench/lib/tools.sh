# shellcheck shell=bash disable=SC2154,SC2034 # one script in several files
# The tools that are compared, the keys they use, and a folder to work in. Sourced after scripts/lib.sh.

coffer=$repo/artifacts/bin/coffer
skopeo=''     # 1.18 as a command without a wrapper, whose shell would count as its time
skopeo_old='' # 1.9
work=''

# prepare - makes the folder, which goes with the script, and the keys in it.
prepare() {
    [[ -x $coffer ]] || die "artifacts/bin/coffer is missing: run scripts/build"
    install_packages time openssl gzip tar jq
    skopeo="$(bare skopeo) --insecure-policy"
    skopeo_old="$(bare skopeo-1.9) --insecure-policy"
    work=$(mktemp -d "${TMPDIR:-/var/tmp}/coffer-bench.XXXXXX")
    trap clean_up EXIT
    trap 'exit 130' INT TERM HUP
    make_key key pub.pem
    make_key other other.pub
    write_scripts
}

# make_key NAME PUBLIC
make_key() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/$1.pem" 2>/dev/null
    openssl pkey -in "$work/$1.pem" -pubout -out "$work/$2"
}

clean_up() {
    trap - EXIT
    stop_registry
    rm -rf "$work"
}

# bare PEER - the command behind a peer's wrapper: a program of another Debian is run by its own loader.
bare() {
    local wrapper=$repo/artifacts/peers/$1 root loader
    [[ -x $wrapper ]] || die "artifacts/peers/$1 is missing: run scripts/install-peers"
    root=$(sed -n 's/^export COFFER_PEER_ROOT=\([^ ]*\).*/\1/p' "$wrapper")
    if [[ -z $root ]]; then
        sed -n 's/^exec \(.*\) "$@"$/\1/p' "$wrapper"
        return
    fi
    loader=$(echo "$root"/usr/lib/*-linux-gnu*/ld-linux-*.so.*)
    echo "$loader --library-path $(dirname "$loader") --argv0 skopeo $root/usr/bin/skopeo"
}

# write_scripts - work that is more than one command.
write_scripts() {
    cat >"$work/unpack" <<'END'
#!/bin/bash
# Every layer of a layout, one after the other.
find "${1%:*}/blobs" -type f -size +100k | while read -r layer; do gzip -dc "$layer" | sha256sum; done >/dev/null
END
    cat >"$work/repeat" <<'END'
#!/bin/bash
# repeat INPUT COMMAND...
input=$1
shift
for _ in {1..20}; do "$@" <"$input" || exit; done >/dev/null
END
    cat >"$work/encrypt_again" <<END
#!/bin/bash
set -e
$skopeo copy -q --src-tls-verify=false --decryption-key "$work/key.pem" "\$1" "oci:$work/out:1"
$skopeo copy -q --dest-tls-verify=false --encryption-key "jwe:$work/other.pub" "oci:$work/out:1" "\$2"
END
    chmod +x "$work"/{unpack,repeat,encrypt_again}
}

# make_request FOLDER - a key in FOLDER/keys, a packet made under it, and FOLDER/request.json, which unwraps the packet.
make_request() {
    [[ ! -e $1/keys ]] || return 0
    local options
    "$coffer" keyprovider key generate --dir "$1/keys" --id bench >/dev/null
    options=$(printf '{"symkey":"%s","digest":"sha256:%s","cipheroptions":{"nonce":"%s","hmac":"%s"}}' \
        "$(head -c 32 /dev/urandom | base64)" "$(printf '%064d' 0)" "$(head -c 16 /dev/urandom | base64)" "$(head -c 32 /dev/urandom | base64)")
    echo "$options" >"$1/options.json"
    jq -nc --arg options "$(base64 -w0 <<<"$options")" \
        '{op: "keywrap", keywrapparams: {ec: {Parameters: {coffer: ["RW5hYmxlZA=="]}, DecryptConfig: {Parameters: {}}}, optsdata: $options}, keyunwrapparams: {dc: null, annotation: null}}' |
        "$coffer" keyprovider exec --local-keys "$1/keys" |
        jq -c '{op: "keyunwrap", keywrapparams: {ec: null, optsdata: null}, keyunwrapparams: {dc: {Parameters: {coffer: ["RW5hYmxlZA=="]}}, annotation: (.keywrapresults.annotation | implode | @base64)}}' \
            >"$1/request.json"
}
