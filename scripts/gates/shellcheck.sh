#!/bin/bash
# Every script of the project is clean under shellcheck and has help.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

cd "$repo"
if ! have shellcheck; then
    [[ ${CI-} == true ]] && echo 'gate: shellcheck: failed, shellcheck is missing' && exit 1
    echo 'gate: shellcheck: skipped, shellcheck is missing: run scripts/install-peers'
    exit 0
fi
mapfile -t scripts < <(grep -lrE '^#!/bin/(ba)?sh|^# shellcheck shell=' scripts .ci bench)
if shellcheck -x "${scripts[@]}"; then
    echo "gate: shellcheck: passed, ${#scripts[@]} scripts"
else
    echo 'gate: shellcheck: failed'
    exit 1
fi
for script in .ci/run bench/* scripts/*; do
    [[ -f $script && -x $script ]] || continue
    if [[ $("$script" --help) != "usage: $script"* ]]; then
        echo "gate: help of $script: failed"
        exit 1
    fi
    echo "gate: help of $script: passed"
done
