#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds objects/ from src/ and asks the real kernels about them, here or in IN=../reports. Needs a laboratory (conformance/oracle/setup.sh; for 6.12s scx.sh,
# for 7.3 `V=7.3 setup.sh kernel`, or a laboratory of its own, whose libbpf knows more sections): LAB=.lab test/kernels/make.sh [build] [6.12] [6.12s] [7.3] [-- NAME...]; all of them without arguments.
# NAMEs: only these objects, whose rows replace those of before.
set -euo pipefail
LAB=$(cd "${LAB:?the folder that setup.sh made}" && pwd); export LAB
cd "$(dirname "$0")"; here=$PWD; cd "${IN:-.}"
what=(); while [ $# -gt 0 ] && [ "$1" != -- ]; do what+=("$1"); shift; done; [ $# -eq 0 ] || shift
[ ${#what[@]} -gt 0 ] || what=(build 6.12 6.12s 7.3)
only=("$@")
libbpf=$LAB/build/bpftool/bootstrap/libbpf/include

build() {
	local source name vmlinux=$LAB
	for source in src/*.bpf.c; do
		name=$(basename "$source" .bpf.c)
		[ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " == *" $name "* ]] || continue
		# types that only a kernel with sched_ext or HID-BPF has: the source says so in its first line
		[ -e "$LAB/vmlinux-6.12s.h" ] || [ ! -e "$LAB/vmlinux-6.12s.btf" ] ||
			"$LAB/build/bpftool/bootstrap/bpftool" btf dump file "$LAB/vmlinux-6.12s.btf" format c > "$LAB/vmlinux-6.12s.h"
		case $name in scx_*|hid_*) mkdir -p "$LAB/6.12s"; ln -sf ../vmlinux-6.12s.h "$LAB/6.12s/vmlinux.h"; vmlinux=$LAB/6.12s;; *) vmlinux=$LAB;; esac
		mkdir -p objects; cpu=$(sed -n 's|^// clang: -mcpu=||p' "$source")
		clang-19 -O2 -g -target bpf -mcpu="${cpu:-v3}" -D__TARGET_ARCH_x86 -w -fdebug-prefix-map="$PWD=." -ffile-prefix-map="$PWD=." \
			-ffile-prefix-map="$libbpf=libbpf" -ffile-prefix-map="$vmlinux=." -fdebug-compilation-dir=. \
			-I"$vmlinux" -isystem "$libbpf" -idirafter /usr/include/x86_64-linux-gnu -c "$source" -o "objects/$name.bpf.o"
		llvm-strip-19 -g "objects/$name.bpf.o"
		! grep -qaF -e "$LAB" -e "$PWD" "objects/$name.bpf.o" || { echo "$name: holds a machine path" >&2; exit 1; }
	done
}

judge() {	# VERSION
	local out list mods=${MODULES-}
	list=(); for o in objects/*.bpf.o; do
		[ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " == *" $(basename "$o" .bpf.o) "* ]] || continue; list+=("$(basename "$o")"); done
	out=$(mktemp -d)
	if [ "$1" = 6.12s ]; then MODULES= TESTMODS=/none V=$1 "$here/../../conformance/oracle/run.sh" -o "$out/rows" -r objects -a '-t 120' "${list[@]}"
	else V=$1 TESTMODS=/none "$here/../../conformance/oracle/run.sh" -o "$out/rows" -r objects -a '-t 120' "${list[@]}"; fi
	node "$here/keep.mjs" "verdicts-$1.jsonl" "$out/rows"
	rm -r "$out"
}

for step in "${what[@]}"; do case $step in build) build;; *) judge "$step";; esac; done
