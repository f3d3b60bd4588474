#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the objects of test/runtime from their sources; needs a laboratory (conformance/oracle/setup.sh): LAB=.lab test/runtime/programs/make.sh [NAME...]
set -euo pipefail
LAB=$(cd "${LAB:?the folder that setup.sh made}" && pwd)
cd "$(dirname "$0")"
libbpf=$LAB/build/bpftool/bootstrap/libbpf/include
[ $# -gt 0 ] || set -- $(basename -s .bpf.c -- *.bpf.c)
for name in "$@"; do
	clang-19 -O2 -g -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -Wall -Werror -Wno-missing-declarations -fdebug-prefix-map="$PWD=." -ffile-prefix-map="$PWD=." \
		-ffile-prefix-map="$libbpf=libbpf" -ffile-prefix-map="$LAB=." -fdebug-compilation-dir=. -I"$LAB" -isystem "$libbpf" -c "$name.bpf.c" -o "$name.bpf.o"
	llvm-strip-19 -g "$name.bpf.o"
	! grep -qaF -e "$LAB" -e "$PWD" "$name.bpf.o" || { echo "$name: holds a machine path" >&2; exit 1; }
done
