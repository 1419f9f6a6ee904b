#!/bin/bash
# The demo runs to its end, unattended, and leaves nothing behind.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

if ! is_root && [[ ${CI-} != true ]]; then
    echo 'gate: demo: skipped, it needs root'
    exit 0
fi
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf --one-file-system "$TMPDIR"' EXIT
if ! "$repo/scripts/demo"; then
    echo 'gate: demo: failed'
    exit 1
fi
left=$(find "$TMPDIR" -mindepth 1 -maxdepth 1 -name 'coffer-demo.*')
if [[ -n $left ]]; then
    echo "gate: demo: failed, it left $left"
    exit 1
fi
echo 'gate: demo: passed'
