#!/bin/sh
# usage: sh files.sh FOLDER
#
# Run by the Dockerfile in its base image: puts into FOLDER, which holds the executable, everything else that the image
# consists of: the libraries that the executable loads, root certificates, the user, and empty folders with their modes.
set -eu

image=$1
user=65532

main() {
    certificates
    # The loader, by the name that executables have for it.
    for loader in /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.* none; do
        [ ! -e "$loader" ] || break
    done
    [ "$loader" != none ] || die "the base image has no GNU C library"
    take "$loader"
    libraries "$image/usr/local/bin/coffer"
    # Loaded when the first key is used, so that the executable does not name them.
    for name in libssl.so.3 libcrypto.so.3; do
        file=$(find /usr/lib /lib -name "$name" | head -n 1)
        [ -n "$file" ] || die "the base image has no $name"
        take "$file"
        libraries "$file"
    done
    take /etc/os-release
    accounts
    folders
}

die() {
    echo "files.sh: $*" >&2
    exit 1
}

# The package brings OpenSSL as well.
certificates() {
    if [ ! -s /etc/ssl/certs/ca-certificates.crt ]; then
        if ! { apt-get -qq update && apt-get -qq install -y --no-install-recommends ca-certificates >/dev/null; }; then
            die "the base image has no root certificates, and ca-certificates cannot be installed"
        fi
    fi
    take /etc/ssl/certs/ca-certificates.crt
    take /etc/ssl/openssl.cnf
}

# libraries FILE - what the loader would load for it.
libraries() {
    "$loader" --list "$1" >/tmp/libraries 2>&1 || die "$1 cannot be loaded in the base image: $(cat /tmp/libraries)"
    ! grep 'not found' /tmp/libraries || die "$1 needs what the base image lacks"
    sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' /tmp/libraries >/tmp/paths
    while read -r path; do
        take "$path"
    done </tmp/paths
}

# take FILE - its content under its own name, in the folder that the folder's links lead to.
take() {
    at=$image$(realpath "$(dirname "$1")")
    mkdir -p "$at"
    [ -e "$at/${1##*/}" ] || cp -L "$1" "$at/"
}

accounts() {
    printf 'root:x:0:0:root:/:/usr/sbin/nologin\ncoffer:x:%s:%s:coffer:/home/coffer:/usr/sbin/nologin\n' "$user" "$user" >"$image/etc/passwd"
    printf 'root:x:0:\ncoffer:x:%s:\n' "$user" >"$image/etc/group"
    printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$image/etc/nsswitch.conf"
}

folders() {
    for name in lib lib64; do
        [ ! -h "/$name" ] || ln -s "$(readlink "/$name")" "$image/$name"
    done
    mkdir -p "$image/tmp" "$image/home/coffer" "$image/run/coffer" "$image/etc/coffer"
    chmod 1777 "$image/tmp"
    chmod 0700 "$image/home/coffer"
    chown "$user:$user" "$image/home/coffer" "$image/run/coffer"
}

main
