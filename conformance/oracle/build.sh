#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Build everything the oracle needs.  See README.md.
#   LAB   where everything is put                      (default ./lab)
#   KSRC  unpacked Linux source tree (for 6.12)        (required)
#   KDEB  package(s) of the kernel to boot: image; since 6.19 binary, base and modules (stage kernel)
#   HDRS  "headers-common.deb headers-flavour.deb kbuild.deb"  (stage testmod only)
#   CHROOT  a Debian root to build the test modules in     (stage testmod, kernels newer than this Debian)
#   V     label used in file names                     (default 6.12)
# Usage: build.sh [stage...]     stages: kernel tools loader corpus testmod
set -eu
here=$(cd "$(dirname "$0")" && pwd)
LAB=${LAB:-./lab}; mkdir -p "$LAB"; LAB=$(cd "$LAB" && pwd)
V=${V:-6.12}; CLANG=${CLANG:-clang-19}; OBJCOPY=${OBJCOPY:-llvm-objcopy-19}; STRIP=${STRIP:-llvm-strip-19}
J=${J:-2}; B=$LAB/build; mkdir -p "$B"
need() { [ -n "${!1:-}" ] || { echo "build.sh: set $1" >&2; exit 2; }; }

stage_kernel() {	# vmlinuz, vmlinux ELF, raw BTF, BTF_ids, modules
	need KDEB; need KSRC
	local d m; rm -rf "$B/deb-$V"; mkdir -p "$B/deb-$V"
	for d in $KDEB; do dpkg-deb -x "$d" "$B/deb-$V"; done
	[ ! -d "$B/deb-$V/usr/lib/modules" ] || mv "$B/deb-$V/usr/lib" "$B/deb-$V/lib"
	m=$(ls -d "$B/deb-$V"/lib/modules/* 2>/dev/null | head -1)	# since 6.19 image and config lie beside the modules
	cp "$(ls "$B/deb-$V"/boot/vmlinuz-* "$m/vmlinuz" 2>/dev/null | head -1)" "$LAB/vmlinuz-$V"
	m=$(ls "$B/deb-$V"/boot/config-* "$m/config" 2>/dev/null | head -1)
	[ -z "$m" ] || cp "$m" "$LAB/config-$V"
	bash "$KSRC/scripts/extract-vmlinux" "$LAB/vmlinuz-$V" > "$LAB/vmlinux-$V.elf"
	for s in BTF BTF_ids; do
		o=$(echo $s | tr A-Z a-z)
		"$OBJCOPY" --dump-section .$s="$LAB/vmlinux-$V.$o" "$LAB/vmlinux-$V.elf" /dev/null
	done
	ls -la "$LAB"/vmlinu*"$V"*
}

stage_tools() {		# bpftool (bootstrap) + libbpf.a from the kernel tree, vmlinux.h
	need KSRC
	rm -rf "$B/src"; mkdir -p "$B/src/include" "$B/bpftool"
	cp -a "$KSRC"/{tools,scripts,Makefile} "$B/src/"; cp -a "$KSRC/include/uapi" "$B/src/include/"
	make -s -j"$J" -C "$B/src/tools/bpf/bpftool" OUTPUT="$B/bpftool/" bootstrap >"$B/bpftool.log" 2>&1
	"$B/bpftool/bootstrap/bpftool" btf dump file "$LAB/vmlinux-$V.btf" format c > "$LAB/vmlinux.h"
}

stage_loader() {	# static bpfjudge
	local L=$B/bpftool/bootstrap/libbpf
	gcc -O2 -g -Wall -static -Wl,--wrap=syscall -I"$L/include" -I"$B/src/tools/include/uapi" \
		-o "$LAB/bpfjudge" "$here/bpfjudge.c" "$L/libbpf.a" -lelf -lz
}

link_all() {		# the objects that the selftests link from several
	local o=$1 n; shift
	for n in test_static_linked:test_static_linked1:test_static_linked2 \
		linked_funcs:linked_funcs1:linked_funcs2 linked_vars:linked_vars1:linked_vars2 \
		linked_maps:linked_maps1:linked_maps2 test_usdt+:test_usdt:test_usdt_multispec \
		test_subskeleton+:test_subskeleton_lib2:test_subskeleton_lib:test_subskeleton \
		test_subskeleton_lib+:test_subskeleton_lib2:test_subskeleton_lib; do
		set -- ${n//:/ }; local t=$1; shift
		"$B/bpftool/bootstrap/bpftool" gen object "$o/$t.linked.o" \
			$(for i; do echo "$o/$i.bpf.o"; done)
	done
}

# compile_all OUTDIR CPU EXTRA... : every progs/*.c the way the selftests Makefile does
compile_all() {
	local out=$1 cpu=$2; shift 2
	local T=$B/src/tools S=$B/src/tools/testing/selftests/bpf
	local inc; inc=$("$CLANG" -v -E - </dev/null 2>&1 | sed -n \
		'/<...> search starts here:/,/End of search list./{ s| \(/.*\)|-idirafter \1|p }')
	mkdir -p "$out/err" "$B/inc"; cp "$LAB/vmlinux.h" "$B/inc/"
	ln -sfn "$B/bpftool/bootstrap/libbpf/include/bpf" "$B/inc/bpf"
	export CLANG STRIP FLAGS OUT=$out SDIR=$S
	FLAGS="-g -Wall -D__TARGET_ARCH_x86 -mlittle-endian -I$B/inc -I$S -I$T/include/uapi
		-I$T/include -I$B/usr-include -Wno-compare-distinct-pointer-types $inc
		-O2 --target=bpf -mcpu=$cpu $*"
	if grep -q fms-extensions "$S/Makefile"; then	# newer trees
		FLAGS+=" -std=gnu11 -fno-strict-aliasing -fms-extensions -Wno-microsoft-anon-tag
			-Wno-initializer-overrides -I$S/libarena/include"; fi
	(cd "$S/progs" && ls *.c) | xargs -P"$J" -n1 bash -c '
		n=${0%.c}; x=
		case $n in bind4_prog|bind6_prog|dynptr_fail|linked_list_fail|map_kptr_fail|syscall|\
		test_pkt_md_access|test_sk_lookup|timer_crash|test_global_func9|verifier_nocsr)
			x=-fno-strict-aliasing;; test_l4lb_noinline|test_xdp_noinline) x=-fno-inline;; esac
		if $CLANG $FLAGS $x -c "$SDIR/progs/$0" -o "$OUT/$n.bpf.o" 2>"$OUT/err/$n.txt"
		then rm -f "$OUT/err/$n.txt"; $STRIP -g "$OUT/$n.bpf.o"; else rm -f "$OUT/$n.bpf.o"; fi; :'
	link_all "$out"
	echo "$out: $(ls "$out"/*.o | wc -l) objects, $(ls "$out/err" | wc -l) failed"
}
stage_corpus() {
	local cpu; for cpu in ${CPUS:-v3 v4}; do compile_all "$LAB/corpus/$cpu" "$cpu" -DENABLE_ATOMICS_TESTS; done
}

stage_testmod() {	# bpf_testmod.ko and friends against the distribution's headers, in $CHROOT if given
	need HDRS; need KSRC
	local R=${CHROOT:-} T=$KSRC/tools/testing/selftests/bpf H K d m
	H=${R:-$B/hdrs}; rm -rf "$B/testmod"; mkdir -p "$B/testmod" "$LAB/modules" "$H"
	for m in $HDRS; do dpkg-deb -x "$m" "$H"; done
	K=$(ls -d "$H"/usr/src/linux-headers-*-common | sed 's/-common$//')
	K=$(ls -d "$K"-* | grep -v -- -common | head -1)
	[ -n "$R" ] || sed -i "s#include /usr/src#include $H/usr/src#" "$K/Makefile"
	if [ -d "$T/test_kmods" ]; then set -- test_kmods; else set -- bpf_testmod bpf_test_no_cfi bpf_test_modorder_x bpf_test_modorder_y; fi
	for m; do
		if [ -n "$R" ]; then
			mkdir -p "$R/work" "$R/proc"; rm -rf "${R:?}/work/$m"; cp -r "$T/$m" "$R/work/"; cp "$T"/*.h "$R/work/"
			mountpoint -q "$R/proc" || mount -t proc proc "$R/proc"
			chroot "$R" make -s -C "${K#$R}" M="/work/$m" modules >"$B/testmod.log" 2>&1; mv "$R/work/$m" "$B/testmod/"
			umount "$R/proc"
		else
			cp -r "$T/$m" "$B/testmod/"; make -s -C "$K" M="$B/testmod/$m" modules
		fi
		for d in "$B/testmod/$m"/*.ko; do "$STRIP" -g "$d" -o "$LAB/modules/$(basename "$d")"; done
	done
	# the headers' stub vmlinux keeps the names of the .BTF_ids sets (6.12; later ones have none)
	[ ! -e "$K/vmlinux" ] || cp "$K/vmlinux" "$LAB/vmlinux-$V.btfids-syms.elf"
}

[ $# -gt 0 ] || set -- kernel tools loader corpus
for s in "$@"; do echo "== $s"; "stage_$s"; done
