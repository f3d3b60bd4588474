#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds expect.bpf.o and asks a real kernel about it: LAB=.lab test/cli/expect/make.sh
set -euo pipefail
LAB=$(cd "${LAB:?the folder that setup.sh made}" && pwd); export LAB
cd "$(dirname "$0")"
libbpf=$LAB/build/bpftool/bootstrap/libbpf/include
clang-19 -O2 -g -target bpf -mcpu=v3 -w -fdebug-prefix-map="$PWD=." -ffile-prefix-map="$PWD=." -ffile-prefix-map="$libbpf=libbpf" \
	-fdebug-compilation-dir=. -isystem "$libbpf" -idirafter /usr/include/x86_64-linux-gnu -c expect.bpf.c -o expect.bpf.o
llvm-strip-19 -g expect.bpf.o
out=$(mktemp -d); here=$PWD
(cd ../../../conformance/oracle && TESTMODS=/none ./run.sh -o "$out/rows" -r "$here" -a '-t 120' expect.bpf.o)
node ../../kernels/keep.mjs verdicts-6.12.jsonl "$out/rows"
rm -r "$out"
