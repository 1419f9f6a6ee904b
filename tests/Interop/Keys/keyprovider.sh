#!/bin/sh
# usage: keyprovider.sh KEYFILE [LOG]
#
# A key provider as one would write it in an afternoon: wraps what it is given with openssl and a key from a file.
# The request comes on standard input, the answer goes to standard output. Needs nothing that a small root file system lacks.
# What it was sent is kept in LOG.
set -eu

request=$(cat)
[ -z "${2-}" ] || printf '%s\n' "$request" >>"$2"

member() { printf '%s' "$request" | sed -n "s/.*\"$1\":\"\([A-Za-z0-9+/=]*\)\".*/\1/p" | openssl enc -d -base64 -A; }
crypt() { openssl enc "$@" -aes-256-cbc -pbkdf2 -pass "file:$key" | openssl enc -base64 -A; }

key=$1
case $request in
*'"op":"keywrap"'*) printf '{"keywrapresults":{"annotation":"%s"}}' "$(member optsdata | crypt)" ;;
*'"op":"keyunwrap"'*) printf '{"keyunwrapresults":{"optsdata":"%s"}}' "$(member annotation | crypt -d)" ;;
*) exit 1 ;;
esac
