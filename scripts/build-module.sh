#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds examples/modules/kfuncs_contract.ko against Debian's headers of Linux 6.12, and judges its callers in that kernel.
#   LAB     a folder with debs/linux-{headers-…-common,headers-…-cloud-amd64,kbuild-…}.deb; what judging needs lies there too
#   ORACLE  the folder with run.sh, which boots the kernel in QEMU (judge only)
# Usage: build-module.sh [build] [callers] [judge]      default: build callers
set -eu
cd "$(dirname "$0")/.."
root=$PWD; from=$root/examples/modules
STRIP=${STRIP:-llvm-strip-19}
[ $# -gt 0 ] || set -- build callers

need() { [ -n "${!1:-}" ] || { echo "build-module.sh: set $1" >&2; exit 2; }; }

build() {
	need LAB
	local hdrs=$LAB/build/contract-hdrs work=$LAB/build/contract kernel
	if [ ! -d "$hdrs/usr/src" ]; then
		mkdir -p "$hdrs"
		for deb in "$LAB"/debs/linux-headers-*.deb "$LAB"/debs/linux-kbuild-*.deb; do dpkg-deb -x "$deb" "$hdrs"; done
	fi
	kernel=$(ls -d "$hdrs"/usr/src/linux-headers-* | grep -v -- -common | head -1)
	# The packages believe themselves to be installed in /usr/src.
	sed -i "s#include /usr/src#include $hdrs/usr/src#" "$kernel/Makefile"
	rm -rf "$work"; mkdir -p "$work/mods"
	cp "$from"/{contract.h,kfuncs_contract.c,Makefile} "$work/"
	make -s -C "$kernel" M="$work" modules
	# The name under which the oracle looks for a module of one's own.
	"$STRIP" -g "$work/kfuncs_contract.ko" -o "$work/mods/bpf_testmod.ko"
	ls -l "$work/kfuncs_contract.ko"
}

callers() { scripts/build-examples.sh examples/modules/*.bpf.c; }

judge() {
	need LAB; need ORACLE
	local out; out=$(mktemp -d)
	(cd "$from" && TESTMODS=$LAB/build/contract/mods MODULES= "$ORACLE/run.sh" -o "$out/verdicts.jsonl" -r . *.bpf.o)
	node -e '
		const fs = require("fs")
		const rows = fs.readFileSync(process.argv[1], "utf8").trim().split("\n").map((line) => JSON.parse(line))
		const short = rows.map(({ obj, prog, sec, verdict, msg }) => ({ object: obj, program: prog, section: sec, verdict, message: msg ?? "" }))
		short.sort((a, b) => (a.object + a.program < b.object + b.program ? -1 : 1))
		fs.writeFileSync(process.argv[2], "[\n" + short.map((row) => "  " + JSON.stringify(row)).join(",\n") + "\n]\n")
	' "$out/verdicts.jsonl" "$from/verdicts.json"
	rm -rf "$out"
}

for stage; do "$stage"; done
