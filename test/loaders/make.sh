#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds go.bpf.o and sizes.bpf.o, and asks the real 6.12 about the programs of the first as ebpf-go loads them. Needs a laboratory (conformance/oracle/setup.sh) and gojudge
# (conformance/oracle/gojudge/build.sh): LAB=.lab JUDGE=…/gojudge test/loaders/make.sh
set -euo pipefail
LAB=$(cd "${LAB:?the folder that setup.sh made}" && pwd); export LAB JUDGE
cd "$(dirname "$0")"; libbpf=$LAB/build/bpftool/bootstrap/libbpf/include
for name in go sizes; do
	clang-19 -O2 -g -target bpf -mcpu=v3 -Wall -fdebug-prefix-map="$PWD=." -ffile-prefix-map="$PWD=." -ffile-prefix-map="$libbpf=libbpf" \
		-ffile-prefix-map="$LAB=." -fdebug-compilation-dir=. -I"$LAB" -isystem "$libbpf" -c "$name.bpf.c" -o "$name.bpf.o"
	llvm-strip-19 -g "$name.bpf.o"
done
SMP=1 MODULES= TESTMODS=/none ../../conformance/oracle/run.sh -o verdicts-6.12.jsonl go.bpf.o
rm -f verdicts-6.12.jsonl.console
