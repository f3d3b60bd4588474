#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From a bare Debian 12 (as root) to a working oracle; what is done already is skipped.
#   LAB=./lab ./setup.sh                 6.12: kernel, tools, selftest objects, test modules (6 minutes on 2 cores, 5 GB)
#   LAB=./lab V=7.3 ./setup.sh kernel    another kernel's image beside it, to judge LAB's objects with: V=7.3 ./run.sh ...
#   LAB=./lab73 V=7.3 ./setup.sh         the same as the first for 7.3: its own selftests and test modules
# V: 6.1 6.12 6.16 6.17 6.18 6.19 7.0 7.1 7.2 7.3 (source and so selftests: 6.1, 6.12, 7.2, 7.3).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
LAB=${LAB:-./lab}; mkdir -p "$LAB/debs"; LAB=$(cd "$LAB" && pwd); export LAB V=${V:-6.12}
export DEBIAN_FRONTEND=noninteractive
D=$LAB/debs; only=${1:-all}

# every kernel that Debian keeps: this release's and the next one's, backports too, in lists of our own
A=$LAB/apt; mkdir -p "$A/lists/partial" "$A/cache/archives/partial"
apt_() { local c=$1; shift; "apt-$c" -o Dir::Etc::sourcelist="$A/sources.list" -o Dir::Etc::sourceparts=/dev/null \
	-o Dir::State::lists="$A/lists" -o Dir::Cache="$A/cache" -o APT::Sandbox::User=root "$@"; }
if [ ! -s "$A/sources.list" ]; then
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
		grep -oE 'https?://[^ ]+/debian(-security)?/?( |$)' | sort -u > "$A/mirrors"
	[ -s "$A/mirrors" ] || { echo 'setup.sh: no Debian mirror in the machine'"'"'s sources' >&2; exit 1; }
	main=$(grep -E '/debian/? *$' "$A/mirrors" | head -1 | tr -d ' '); sec=$(grep -- -security "$A/mirrors" | head -1 | tr -d ' ')
	key='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
	for s in bookworm bookworm-updates bookworm-backports trixie trixie-backports; do echo "deb $key $main $s main"; done > "$A/sources.list"
	[ -z "$sec" ] || echo "deb $key $sec bookworm-security main" >> "$A/sources.list"
	echo "$main" > "$A/main"
	apt_ get update -qq
fi
latest() { apt_ cache search -n "$1" | cut -d' ' -f1 | sort -V | tail -1; }
get() {	# PACKAGE...: its file, downloaded once; nothing if there is no such package
	local p; for p; do
		ls "$D/$p"_*.deb >/dev/null 2>&1 || (cd "$D" && apt_ get download -qq "$p") >/dev/null 2>&1 || continue
		ls "$D/$p"_*.deb | tail -1; done; }

apt-get update -qq
apt-get install -y -qq --no-install-recommends clang-19 llvm-19 qemu-system-x86 busybox-static debootstrap \
	libelf-dev zlib1g-dev libc6-dev cpio zstd xz-utils gcc-12 make dwarves binutils flex bison bc >/dev/null

case $V in	# the two oldest: as this Debian builds them (its compiler builds their test modules)
6.1|6.12) image=$(latest "^linux-image-$V\\.[.0-9]*(-[0-9]+|[+]deb12)-cloud-amd64-unsigned\$");;
*) image=$(latest "^linux-image-$V\\.[.0-9]*([-+][a-z0-9.]+)?-cloud-amd64(-unsigned)?\$");;
esac
rel=${image#linux-image-}; rel=${rel%-unsigned}; short=${rel%-cloud-amd64}
[ -n "$rel" ] || { echo "setup.sh: no image of $V here" >&2; exit 1; }
KDEB=$(get "$image" "linux-binary-$rel" "linux-base-$rel" "linux-modules-$rel" | tr '\n' ' '); export KDEB
if [ ! -s "$LAB/vmlinux-$V.btf" ]; then
	# extract-vmlinux comes from any source tree at hand
	[ -d "$LAB/linux-source-$V" ] || [ "$only" = kernel ] || { xz=$(get "linux-source-$V"); [ -n "$xz" ]; dpkg-deb --fsys-tarfile "$xz" |
		tar x -O "./usr/src/linux-source-$V.tar.xz" | tar xJ -C "$LAB"; }
	KSRC=$(ls -d "$LAB/linux-source-$V" "$LAB"/linux-source-* "$LAB/extract" 2>/dev/null | head -1)
	[ -n "$KSRC" ] || { KSRC=$LAB/extract; mkdir -p "$KSRC"; dpkg-deb --fsys-tarfile "$(get linux-source-6.12)" |
		tar x -O ./usr/src/linux-source-6.12.tar.xz | tar xJ -C "$KSRC" --strip-components=1 linux-source-6.12/scripts/extract-vmlinux; }
	export KSRC; "$here/build.sh" kernel
fi
[ "$only" = all ] || { echo "linux $rel ready in $LAB"; exit 0; }

export KSRC=$LAB/linux-source-$V
[ -x "$LAB/bpfjudge" ] || "$here/build.sh" tools loader
last=${CPUS:-v3 v4}; last=${last##* }
ls "$LAB/corpus/$last"/*.linked.o >/dev/null 2>&1 || "$here/build.sh" corpus
HDRS=$(get "linux-headers-$short-common" "linux-headers-$rel" "linux-kbuild-$short" | tr '\n' ' '); export HDRS
if [ ! -s "$LAB/modules/bpf_testmod.ko" ] && [ -n "$HDRS" ]; then
	case $V in 6.*) ;; *)	# the build tools of newer kernels need Debian 13
		export CHROOT=$LAB/trixie
		[ -x "$CHROOT/usr/bin/gcc-14" ] || debootstrap --variant=minbase --include=make,gcc-14,libc6-dev,libelf-dev,zlib1g-dev,xz-utils,zstd,pahole,libssl3t64,binutils \
			trixie "$CHROOT" "$(cat "$A/main")" > "$LAB/debootstrap.log";; esac
	"$here/build.sh" testmod
fi
echo "oracle ready in $LAB: linux $rel"
