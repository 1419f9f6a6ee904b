#!/bin/bash
# Follows the pages in docs/runtimes word by word, each after the installation that it builds on, each on a machine of its
# own whose first process is a real systemd.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=scripts/walk.sh
source "$repo/scripts/walk.sh"

main() {
    if ! is_root && [[ ${CI-} != true ]]; then
        echo 'gate: runtimes: skipped, it needs root'
        return
    fi
    local status=0 page
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    for page in skopeo buildah-podman cri-o kubernetes; do
        follow_page "$page" || status=1
    done
    return "$status"
}

# follow_page PAGE - exit status 125 says that no such machine can be made here: then nothing of it can be shown.
follow_page() {
    local at=$work/$1 status=0
    echo "docs/runtimes/$1.md"
    mkdir "$at"
    make_app "$at/app"
    ln -s "$repo/ocicrypt-config" "$repo/artifacts" "$at"
    (
        cd "$at"
        export PATH=$repo/artifacts/peers:/usr/local/bin:$PATH COFFER_BUILDAH_STORAGE=/var/tmp/coffer-buildah
        exec "$repo/scripts/peers/systemd" "$repo/scripts/gates/runtimes.sh" --inside "$1"
    ) || status=$?
    [[ $status -ne 125 ]] || echo "gate: $1: skipped, systemd cannot be run here"
    ((status == 0 || status == 125))
}

if [[ ${1-} == --inside ]]; then
    walk log < <(commands "$repo/docs/runtimes/README.md" "$repo/docs/runtimes/$2.md")
else
    main
fi
