#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The kernel's own verifier, in C, at native speed: Linux 6.12 as a user-mode process (ARCH=um), to measure ours beside.
#   LAB=./lab ./uml.sh build                    once: about 4 minutes of two cores, 2 GB; needs LAB set up by setup.sh
#   LAB=./lab ./uml.sh judge OBJ...             one JSON line a program, as run.sh; verification_time_us is native time
# It has no JIT (so no kfunc calls), no tracing program types and no BTF of its own: programs of tc, xdp, sockets and
# cgroups without CO-RE are what it judges. Verdicts are run.sh's to give; this is for time only.
set -eu
here=$(cd "$(dirname "$0")" && pwd); LAB=$(cd "${LAB:-./lab}" && pwd); V=${V:-6.12}; U=$LAB/uml-$V; K=$LAB/linux-source-$V
case ${1:-} in
build)
	[ -x "$U/linux" ] && exit 0
	mkdir -p "$U"
	# as on x86-64: or packets with odd offsets are refused
	grep -q HAVE_EFFICIENT_UNALIGNED_ACCESS "$K/arch/um/Kconfig" || sed -i '0,/select ARCH_HAS_CPU_FINALIZE_INIT/s//&\n\tselect HAVE_EFFICIENT_UNALIGNED_ACCESS/' "$K/arch/um/Kconfig"
	m() { make -s -C "$K" ARCH=um O="$U" CC=gcc-12 HOSTCC=gcc-12 "$@"; }
	m defconfig
	(cd "$U" && "$K/scripts/config" --enable BPF_SYSCALL --enable BPF_JIT --enable NET --enable INET --enable IPV6 --enable CGROUPS --enable CGROUP_BPF \
		--enable NET_SCHED --enable NET_CLS_ACT --enable NET_CLS_BPF --enable XDP_SOCKETS --enable BPF_STREAM_PARSER --enable HOSTFS \
		--disable SOUND --disable DRM --disable HID --disable INPUT --disable WLAN)
	m olddefconfig; m -j"$(nproc)" linux;;
judge)
	shift; t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
	printf '%s\n' '#!/bin/sh' 'mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs tmpfs /run' \
		"cd '$PWD'; while read -r o; do '$LAB/bpfjudge' -t 100 \"\$o\" 2>/dev/null; done <'$t/list' >'$t/out'" '/sbin/poweroff -f || /bin/busybox poweroff -f' >"$t/init"
	chmod +x "$t/init"; printf '%s\n' "$@" >"$t/list"
	timeout "${LIMIT:-900}" "$U/linux" mem=2G rootfstype=hostfs rw init="$t/init" con=null con0=fd:0,fd:1 </dev/null >"$t/console" 2>&1 || true
	[ -s "$t/out" ] || { tail -5 "$t/console" >&2; exit 1; }
	cat "$t/out";;
*) sed -n 2,7p "$0"; exit 2;;
esac
