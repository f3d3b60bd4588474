#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds amiss.bpf.o: LAB=.lab test/cli/testing/make.sh
set -euo pipefail
LAB=$(cd "${LAB:?the folder that setup.sh made}" && pwd)
cd "$(dirname "$0")"
libbpf=$LAB/build/bpftool/bootstrap/libbpf/include
clang-19 -O2 -g -target bpf -mcpu=v3 -w -fdebug-prefix-map="$PWD=." -ffile-prefix-map="$PWD=." -ffile-prefix-map="$libbpf=libbpf" \
	-fdebug-compilation-dir=. -isystem "$libbpf" -c amiss.bpf.c -o amiss.bpf.o
llvm-strip-19 -g amiss.bpf.o
