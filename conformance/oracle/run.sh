#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Boot the kernel in QEMU, judge objects, write JSON lines.  See README.md.
# Usage: run.sh [-o OUT.jsonl] [-r ROOT] [-a "bpfjudge options"] [-i INPUTS] (OBJ... | -l LIST)
#   -i  programs are run on these inputs instead of reported (bpfjudge -R); a guest that hangs in one panics
#   OBJ/LIST entries are paths relative to ROOT (default .).  LAB, V as for build.sh.
#   MEM (2G), SMP (2), LIMIT (seconds for the whole guest, 3600)
#   TESTMODS  folder of test modules built for V, where V is not LAB's own kernel
set -eu
LAB=${LAB:-./lab}; LAB=$(cd "$LAB" && pwd); V=${V:-6.12}
OUT=verdicts.jsonl; ROOT=.; LIST=; ARGS=; INPUTS=; APPEND=
while getopts o:r:l:a:i: c; do case $c in
	o) OUT=$OPTARG;; r) ROOT=$OPTARG;; l) LIST=$OPTARG;; a) ARGS=$OPTARG;;
	i) INPUTS=$OPTARG;; *) exit 2;; esac; done
shift $((OPTIND - 1))
OUT=$(realpath -m "$OUT"); W=$(mktemp -d); trap 'rm -rf "$W"' EXIT
if [ -n "$LIST" ]; then cp "$LIST" "$W/list"; else printf '%s\n' "$@" > "$W/list"; fi
[ -s "$W/list" ] || { echo "run.sh: nothing to judge" >&2; exit 2; }
[ -z "$INPUTS" ] || { ARGS="-R /objs/.inputs $ARGS"; APPEND="softlockup_panic=1 watchdog_thresh=30"; }
KREL=$(basename "$(ls -d "$LAB/build/deb-$V"/lib/modules/* 2>/dev/null || echo "$V")")
MODS=$LAB/build/deb-$V/lib/modules/$KREL/kernel

# initramfs: busybox, the loader, the kernel's config, modules with kfuncs of their own
R=$W/root; mkdir -p "$R"/{bin,dev,proc,sys,tmp,objs,boot,mods}
cp "$(command -v busybox)" "$R/bin/busybox"; cp "${JUDGE:-$LAB/bpfjudge}" "$R/bin/bpfjudge"
[ ! -e "$LAB/config-$V" ] || cp "$LAB/config-$V" "$R/boot/config-$KREL"
n=10
add_mod() {	# dependencies first
	local f d
	[ ! -e "$W/have-$1" ] || return 0; : > "$W/have-$1"
	f=$(find "$MODS" -name "${1//_/[-_]}.ko*" 2>/dev/null | head -1); [ -n "$f" ] || return 0
	case $f in *.xz) xz -dc "$f" > "$W/$1.ko";; *) cp "$f" "$W/$1.ko";; esac
	for d in $(tr '\0' '\n' < "$W/$1.ko" | sed -n 's/^depends=//p' | tr ',' ' '); do add_mod "$d"; done
	n=$((n + 1)); mv "$W/$1.ko" "$R/mods/$n-$1.ko"
}
for m in ${MODULES-nf_conntrack nf_nat nf_flow_table nf_defrag_ipv4 nf_defrag_ipv6 xfrm_interface \
	fou tcp_dctcp tcp_bbr act_bpf cls_bpf}; do add_mod "$m"; done
for m in bpf_test_no_cfi bpf_testmod bpf_test_modorder_x bpf_test_modorder_y; do
	[ ! -e "${TESTMODS:-$LAB/modules}/$m.ko" ] || { n=$((n + 1)); cp "${TESTMODS:-$LAB/modules}/$m.ko" "$R/mods/$n-$m.ko"; }
done
cat > "$R/init" <<INIT
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc p /proc; mount -t sysfs s /sys; mount -t devtmpfs d /dev; mount -t tmpfs t /tmp
mount -t debugfs d /sys/kernel/debug; mount -t tracefs t /sys/kernel/tracing
mount -t bpf b /sys/fs/bpf; mount -t cgroup2 c /sys/fs/cgroup; mount -t tmpfs -o size=80% t /objs
ip link set lo up; ulimit -l unlimited
for m in /mods/*.ko; do insmod \$m || echo "no module \$m"; done
echo 0 > /proc/sys/kernel/kptr_restrict; echo 0 > /proc/sys/kernel/unprivileged_bpf_disabled
echo "ORACLE up \$(cut -d' ' -f1 /proc/uptime)"
tar xf /dev/nvme0n1 -C /objs; exec 3>\$(ls /dev/vport*p1)
pids=; i=0; while [ \$i -lt $(( ${SMP:-2} )) ]; do
	bpfjudge $ARGS -r /objs/ -k \$i/${SMP:-2} -l /objs/.list >&3 2>/dev/console & pids="\$pids \$!"
	i=\$((i+1)); done
for p in \$pids; do wait \$p; done
echo "ORACLE done \$(cut -d' ' -f1 /proc/uptime)"
sync; sleep 1; poweroff -f
INIT
chmod +x "$R/init"
(cd "$R" && find . | cpio -o -H newc --quiet | gzip -1) > "$W/initramfs.gz"
cp "$W/list" "$W/.list"
cat ${INPUTS:+"$INPUTS"} </dev/null > "$W/.inputs"
tar cf "$W/in.tar" -C "$W" .list .inputs -C "$(cd "$ROOT" && pwd)" -T "$W/list"
: > "$OUT"
timeout "${LIMIT:-3600}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m "${MEM:-2G}" \
	-smp "${SMP:-2}" -nographic -no-reboot -nodefaults -serial stdio -monitor none \
	-kernel "$LAB/vmlinuz-$V" -initrd "$W/initramfs.gz" \
	-append "console=ttyS0 quiet no_timer_check panic=-1 mitigations=auto lsm=bpf $APPEND" \
	-drive file="$W/in.tar",if=none,id=d0,format=raw,readonly=on -device nvme,drive=d0,serial=in \
	-device virtio-serial -chardev file,id=c0,path="$OUT" -device virtserialport,chardev=c0 \
	</dev/null | sed -u 's/\r//g' | tee "$W/console" |
	grep --line-buffered -aE 'ORACLE|no module|Oops|BUG|panic' || true
cp "$W/console" "$OUT.console"
echo "$OUT: $(wc -l < "$OUT") lines"
