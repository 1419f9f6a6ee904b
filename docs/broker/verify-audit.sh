#!/bin/bash
# usage: docs/broker/verify-audit.sh EXPORT PUBLIC-KEY
#
# Verifies an exported audit without Coffer, with jq, sha256sum and openssl alone: what docs/broker/audit.md says of the format, done step
# by step. Exit status 0 where all holds, 4 where something does not. It is slow, a process or two an entry, and has no bounds: it is for
# those who want to believe no program of ours.
set -euo pipefail
export LC_ALL=C

main() {
    [[ $# -eq 2 ]] || { sed -n 's/^# \{0,1\}usage: /usage: /p' "$0" >&2 && exit 2; }
    local file=$1 key=$2
    declare -A base=() hash=() heads=() last=()
    local from number=0 jws text='' payload previous
    from=$(jq -n 'input | if .kind == "export" and .v == 1 then .from else error("no export") end' "$file") || broken 'the first line begins no export'

    # Checkpoints: signed, numbered without gaps, each naming the SHA-256 of the one before it.
    while read -r jws; do
        payload=$(verified "$jws" "$key")
        if [[ -z $text ]]; then number=$((from > 0 ? from : 1)); else number=$((number + 1)); fi
        [[ $(jq .number <<<"$payload") -eq $number ]] || broken "checkpoint $number is missing"
        previous=$(jq -r '.previous // ""' <<<"$payload")
        if [[ -n $text ]]; then [[ $previous == "$(printf %s "$text" | sha256)" ]] || broken "checkpoint $number does not follow"
        elif [[ $from -eq 0 ]]; then [[ -z $previous ]] || broken 'the first checkpoint names another'; fi
        while read -r writer seq digest; do
            ((seq >= ${last[$writer]:-0})) || broken "checkpoint $number goes back"
            last[$writer]=$seq
            if [[ -z $text && $from -gt 0 ]]; then base[$writer]="$seq $digest"; else heads[$writer/$seq]=$digest; fi
        done < <(jq -r '.heads[] | "\(.writer) \(.seq) \(.hash)"' <<<"$payload")
        text=$jws
    done < <(jq -r 'select(.kind == "checkpoint") | .jws' "$file")
    [[ -n $text ]] || broken 'there is no checkpoint'

    # Entries: each names the SHA-256 of the one before it; the first one that of the chain's name.
    local writer='' chain seq=0 digest='' named entry entries=0
    while read -r chain number named entry; do
        if [[ $chain != "$writer" ]]; then
            writer=$chain
            read -r seq digest <<<"${base[$chain]:-0 $(printf 'coffer-audit-chain-1\0%s' "$chain" | sha256)}"
        fi
        [[ $number -eq $((seq + 1)) ]] || broken "entry $((seq + 1)) of $chain is missing"
        [[ $named == "$digest" ]] || broken "entry $number of $chain does not follow from the one before it"
        digest=$(base64 -d <<<"$entry" | sha256)
        seq=$number entries=$((entries + 1))
        ((seq <= ${last[$chain]:-0})) || broken "entry $seq of $chain stands behind the last checkpoint"
        hash[$chain/$seq]=$digest
    done < <(jq -r 'select(.kind == "entry") | (.entry | fromjson) as $e | [.writer, $e.seq, $e.previous, (.entry | @base64)] | @tsv' "$file")

    # And every head that was signed lies on its chain.
    local head
    for head in "${!heads[@]}"; do
        [[ ${heads[$head]} == "${hash[$head]:-}" || "${head#*/} ${heads[$head]}" == "${base[${head%/*}]:-}" ]] || broken "head $head is not on its chain"
    done
    printf '%s entries hold, up to checkpoint %s\n' "$entries" "$(jq .number <<<"$payload")"
}

# verified JWS KEY - the payload of a compact JWS whose ES256 signature holds (RFC 7515; the signature is R and S, 32 bytes each).
verified() {
    local signed=${1%.*} signature folder
    signature=$(decoded "${1##*.}" | od -An -v -tx1 | tr -d ' \n')
    [[ ${#signature} -eq 128 && $(decoded "${signed%.*}" | jq -r .alg) == ES256 ]] || broken 'a checkpoint is not signed by ES256'
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' RETURN
    printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "${signature:0:64}" "${signature:64}" >"$folder/asn1"
    openssl asn1parse -genconf "$folder/asn1" -noout -out "$folder/der"
    printf %s "$signed" | openssl dgst -sha256 -verify "$2" -signature "$folder/der" >/dev/null || broken 'the signature of a checkpoint does not hold'
    decoded "${signed#*.}"
}

# decoded TEXT - base64url without padding (RFC 4648 section 5), decoded.
decoded() {
    local text=${1//-/+}
    text=${text//_//}
    while ((${#text} % 4)); do text+='='; done
    base64 -d <<<"$text"
}

sha256() { sha256sum | cut -d' ' -f1; }

broken() {
    printf 'does not hold: %s\n' "$1" >&2
    exit 4
}

main "$@"
