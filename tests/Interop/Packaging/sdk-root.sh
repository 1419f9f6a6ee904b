#!/bin/bash
# Prints the path of a Debian root in which the executable can be compiled, but for the SDK itself: made once, and cached.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "$0")/../../../scripts/lib.sh"
debian_root bookworm sdk-2 gcc,libc6-dev,zlib1g-dev,libsqlite3-dev,libssl3,ca-certificates
