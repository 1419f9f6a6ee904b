#!/bin/sh
# usage: sh base-image.sh ROOT FILE
#
# Writes FILE, the tar of a small base image as a Dockerfile expects one: the files of some Debian packages, taken from the
# Debian root where they are installed.
set -eu

root=$1
packages='base-files libc6 libssl3t64 openssl libzstd1 zlib1g dash coreutils libacl1 libattr1 libgmp10 libselinux1
    libpcre2-8-0 libcap2 libsystemd0 findutils grep sed'
list=$(mktemp)
trap 'rm -f "$list"' EXIT
# shellcheck disable=SC2086 # a list of words
chroot "$root" dpkg-query -L $packages | sort -u | while read -r path; do
    [ -d "$root$path" ] && [ ! -h "$root$path" ] && continue
    [ -e "$root$path" ] || [ -h "$root$path" ] || continue
    case $path in
    /usr/share/*) ;;
    *) echo ".$path" ;;
    esac
done >"$list"
# Made when the package ca-certificates was configured.
printf '%s\n' ./etc/ssl/certs/ca-certificates.crt ./bin ./sbin ./lib ./lib64 ./tmp >>"$list"
sort -u -o "$list" "$list" # a name that stands twice would become a hard link
tar -C "$root" --no-recursion -cf "$2" -T "$list"
