#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Linux 6.12 with sched_ext and HID-BPF, which Debian's 6.12 leaves out: V=6.12s for run.sh (and `kfuncs check --kernel`).
#   LAB=./lab ./scx.sh       once, after setup.sh: about 11 minutes on two cores, 4 GB. Then: V=6.12s ./run.sh -o out.jsonl ...
# Everything is built in (config-6.12s, beside this file), so no module is loaded: MODULES= TESTMODS=/none.
set -eu
here=$(cd "$(dirname "$0")" && pwd); LAB=$(cd "${LAB:-./lab}" && pwd); K=$LAB/linux-source-6.12; O=$LAB/build/linux-6.12s
[ ! -s "$LAB/vmlinuz-6.12s" ] || exit 0
mkdir -p "$O"; cp "$here/config-6.12s" "$O/.config"
m() { make -s -C "$K" O="$O" CC=gcc-12 HOSTCC=gcc-12 "$@"; }
m olddefconfig; m -j"$(nproc)" bzImage
cp "$O/arch/x86/boot/bzImage" "$LAB/vmlinuz-6.12s"; cp "$O/.config" "$LAB/config-6.12s"
objcopy --dump-section .BTF="$LAB/vmlinux-6.12s.btf" --dump-section .BTF_ids="$LAB/vmlinux-6.12s.btf_ids" "$O/vmlinux" /dev/null
mkdir -p "$LAB/build/deb-6.12s/lib/modules/$(cat "$O/include/config/kernel.release")/kernel"
