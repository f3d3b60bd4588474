#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Rebuild every examples/**/*.bpf.o from its C source.
# Needs clang-19, llvm-strip-19 and libbpf's headers (LIBBPF: the folder that holds bpf/bpf_helpers.h;
# LAB's libbpf where LAB is given). Usage: scripts/build-examples.sh [examples/SECTION/name.bpf.c ...]
set -euo pipefail
cd "$(dirname "$0")/../examples"
CLANG=${CLANG:-clang-19} STRIP=${STRIP:-llvm-strip-19}
LIBBPF=${LIBBPF:-${LAB:+$LAB/build/bpftool/bootstrap/libbpf/include}}
LIBBPF=${LIBBPF:-/usr/include}
[ -e "$LIBBPF/bpf/bpf_helpers.h" ] || { echo "no bpf/bpf_helpers.h in $LIBBPF: set LIBBPF" >&2; exit 2; }
if [ $# -gt 0 ]; then sources=("${@#examples/}"); else mapfile -t sources < <(find . -name '*.bpf.c' | sed 's|^\./||' | sort); fi

failed=0
for source in "${sources[@]}"; do
	object=${source%.c}.o
	# Paths inside the object are relative to examples/, so that it is the same on every machine.
	"$CLANG" -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -Wall -Werror -Wno-unused-but-set-variable \
		-fdebug-prefix-map="$PWD=." -ffile-prefix-map="$PWD=." -ffile-prefix-map="$LIBBPF=libbpf" \
		-fdebug-compilation-dir=. -Iinclude -isystem "$LIBBPF" -c "$source" -o "$object" || { failed=1; continue; }
	"$STRIP" -g "$object"
	if grep -qaF -e "$LIBBPF/" -e "$PWD" "$object"; then echo "$object: holds a machine path" >&2; failed=1; fi
done
exit $failed
