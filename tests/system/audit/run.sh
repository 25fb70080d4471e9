#!/bin/sh
# run.sh MAKE_LOG: a log of 300 entries, written and exported by us, is read
# by Go's sumdb/note and sumdb/tlog; a changed byte in an entry and a changed
# size are both caught by them (issue 2, point 9).
set -eu
make_log=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Debian's golang-golang-x-mod-dev, without a module cache or a network.
export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= GOCACHE="$work/cache"
export HOME="$work"
go build -o "$work/verify" "$here/verify.go"

# fails WHAT DIR WORDS: the verifier must refuse DIR and say WORDS.
fails() {
    if "$work/verify" "$2" >"$work/out" 2>&1; then
        echo "not caught: $1"
        exit 1
    fi
    if ! grep -q "$3" "$work/out"; then
        echo "$1: caught, but it says: $(cat "$work/out")"
        exit 1
    fi
    echo "caught: $1: $(cat "$work/out")"
}

# Changes the byte at place $2 of file $1 to an x.
spoil() {
    printf x | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

mkdir "$work/good"
"$make_log" "$work/good" 300 300
test "$("$work/verify" "$work/good/log")" = "ok 300"
echo "verified: 300 entries"

cp -r "$work/good" "$work/byte"
bundle="$work/byte/log/tile/entries/001.p/44"
# The first character of the alert's id in the bundle's first entry: 256.
place=$(grep -abo LOE-7K3Q9F-1 "$bundle" | head -n 1 | cut -d: -f1)
spoil "$bundle" "$place"
fails "a changed byte in an entry" "$work/byte/log" "entry 256: changed"

cp -r "$work/good" "$work/size"
sed -i '2s/300/299/' "$work/size/log/checkpoint"
fails "a changed size" "$work/size/log" "checkpoint: invalid signature"

mkdir "$work/lie"
"$make_log" "$work/lie" 300 299
fails "a changed size that is signed" "$work/lie/log" "inconsistent tile"

cp -r "$work/good" "$work/tile"
spoil "$work/tile/log/tile/0/000" 100
fails "a changed byte in a tile" "$work/tile/log" "invalid transparency proof"
