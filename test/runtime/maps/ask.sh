#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Asks a real kernel for the answers in these .ops files (all of them, or those named), and writes them there.
# LAB, V: as for conformance/oracle/run.sh.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
W=$(mktemp -d); trap 'rm -rf "$W"' EXIT
gcc -O1 -Wall -static -o "$W/ask" "$here/ask.c"
[ $# -gt 0 ] || set -- $(cd "$here" && ls *.ops)
SMP=2 MEM=${MEM:-1G} JUDGE=$W/ask "$here/../../../conformance/oracle/run.sh" -o "$W/out" -r "$here" "$@"
awk -v to="$here/" '/^=== /{ if (file) close(file); file = to substr($0, 5); printf "" > file; next } file { print > file }' "$W/out"
