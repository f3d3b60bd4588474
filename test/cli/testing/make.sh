#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the objects: LAB=.lab test/cli/testing/make.sh
set -euo pipefail
LAB=$(cd "${LAB:?the folder that setup.sh made}" && pwd)
cd "$(dirname "$0")"
libbpf=$LAB/build/bpftool/bootstrap/libbpf/include
for name in amiss static compared filled strange addresses; do
	clang-19 -O2 -g -target bpf -mcpu=v3 -w -fdebug-prefix-map="$PWD=." -ffile-prefix-map="$PWD=." -ffile-prefix-map="$libbpf=libbpf" \
		-fdebug-compilation-dir=. -ffile-prefix-map="$LAB=." -I"$LAB" -isystem "$libbpf" -c $name.bpf.c -o $name.bpf.o
	llvm-strip-19 -g $name.bpf.o
done
