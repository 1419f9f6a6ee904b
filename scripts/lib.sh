# shellcheck shell=bash
# What the scripts share. Sourced after `set -euo pipefail`; sets repo to the checkout's absolute path.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
self=$(basename "$0")
# shellcheck disable=SC2034 # for the scripts that run tests
results=$repo/artifacts/test-results
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

say() { printf '%s: %s\n' "$self" "$*"; }

# die MESSAGE - one line on stderr, then exit status 1.
die() {
    printf '%s: %s\n' "$self" "$*" >&2
    exit 1
}

# print_help - the comment block at the top of the calling script is its help.
print_help() { sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p}' "$0"; }

have() { command -v "$1" >/dev/null 2>&1; }

is_root() { [[ $(id -u) -eq 0 ]]; }

# require_sdk - ends the script with one line when the SDK that global.json asks for is not there.
require_sdk() {
    local wanted
    wanted=$(sed -n 's/.*"version": *"\([0-9.]*\)".*/\1/p' "$repo/global.json")
    have dotnet || die "the .NET SDK $wanted is missing: install it from https://dot.net and put dotnet on PATH"
    (cd "$repo" && dotnet --version >/dev/null 2>&1) ||
        die "the .NET SDK $wanted is missing, dotnet on PATH has only: $(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')"
}

# peers_cache - folder outside the checkout that keeps Debian roots between runs and clones.
peers_cache() { echo "${COFFER_PEERS_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/coffer/peers}"; }

# missing_packages NAME... - those of the Debian packages that are not installed, one per line.
missing_packages() {
    local installed
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
    printf '%s\n' "$@" | grep -vxF -e "$installed" || true
}

# install_packages NAME... - installs what is missing of the Debian packages; one line when that cannot be.
install_packages() {
    have apt-get || die "apt-get is missing: this needs Debian 12 or a relative of it (wanted: $*)"
    local -a missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    is_root || die "missing packages need root to install them: ${missing[*]}"
    say "installing ${missing[*]}"
    apt_quietly update
    apt_quietly install -y --no-install-recommends "${missing[@]}"
}

# RUNLEVEL=1 keeps daemons that packages bring (a registry, for one) from being started.
apt_quietly() {
    local log
    log=$(mktemp)
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "apt-get $1 failed"
    }
    rm -f "$log"
}

# debian_mirror - the archive that apt itself uses. apt reads its own sources, whichever format they have.
debian_mirror() {
    local found
    found=$(apt_archives)
    if [[ -z $found ]]; then
        apt_quietly update # without package lists apt names no archive
        found=$(apt_archives)
    fi
    [[ -n $found ]] || die "apt's sources name no Debian archive with the component main"
    echo "${found%%$'\n'*}"
}

apt_archives() {
    # shellcheck disable=SC2016 # the variables are apt's
    apt-get indextargets --format '$(CREATED_BY)|$(COMPONENT)|$(ORIGIN)|$(CODENAME)|$(REPO_URI)' |
        sed -n -e '/-security|\|-updates|\|-backports|/d' -e 's/^Packages|main|Debian|[^|]*|\(\(https\?\|file\):.*\)$/\1/p'
}

# debian_root SUITE NAME PACKAGE,... - path of a root file system of the suite, made once and kept in the cache.
# It is made under another name and renamed when complete, so an interrupted run leaves nothing that looks done.
# NAME has to change whenever the packages do.
debian_root() {
    local suite=$1 root packages=$3
    root=$(peers_cache)/$2
    if [[ ! -d $root ]]; then
        is_root || die "root is needed to make the Debian root $root"
        mkdir -p "$(peers_cache)"
        (
            flock 9
            [[ -d $root ]] || make_debian_root "$suite" "$root" "$packages"
        ) 9>"$(peers_cache)/$2.lock" >&2
    fi
    echo "$root"
}

make_debian_root() {
    local suite=$1 root=$2 packages=$3 mirror partial log
    mirror=$(debian_mirror)
    rm -rf --one-file-system "$root".partial.*
    partial=$(mktemp -d "$root.partial.XXXXXX")
    log=$root.log
    chmod 755 "$partial"
    say "making a Debian $suite root in $root (once, a minute or two)"
    export_apt_proxy
    # In a mount namespace of its own, what debootstrap mounts goes away with it, however it ends.
    if ! unshare -m debootstrap --force-check-gpg --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
        --variant=minbase ${packages:+--include="$packages"} "$suite" "$partial" "$mirror" >"$log" 2>&1 9>&- ||
        grep -q 'Failure while configuring' "$log"; then
        tail -n 5 "$log" >&2
        rm -rf --one-file-system "$partial"
        die "debootstrap of $suite from $mirror failed: see $log"
    fi
    rm -rf "$partial"/var/cache/apt/archives/*.deb "$partial"/var/lib/apt/lists/*
    mv -T "$partial" "$root"
}

export_apt_proxy() {
    local proxy=''
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [[ -z $proxy ]] || export http_proxy=$proxy
}

# xunit_block LOG - "total failed succeeded skipped" of the last block that a test run printed; zeros without one.
xunit_block() {
    awk '
        /^Test run summary:/ { total = failed = succeeded = skipped = 0 }
        /^  total: [0-9]+$/ { total = $2 }
        /^  failed: [0-9]+$/ { failed = $2 }
        /^  succeeded: [0-9]+$/ { succeeded = $2 }
        /^  skipped: [0-9]+$/ { skipped = $2 }
        END { print total + 0, failed + 0, succeeded + 0, skipped + 0 }' "$1"
}

# median FIELD FILE
median() { awk -v f="$1" '{ print $f }' "$2" | sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
