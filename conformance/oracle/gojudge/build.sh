#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds gojudge from a checkout of github.com/cilium/ebpf, to OUT. Usage: EBPF=…/ebpf build.sh OUT
# Go of the checkout's go.mod (apt: golang-go; Debian 12 has 1.19, which the checkouts before August 2023 take), golang.org/x/sys and x/exp on
# GOPATH (apt: golang-golang-x-sys-dev golang-golang-x-exp-dev).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd); out=$(realpath -m "${1:?where to write gojudge}"); ebpf=$(cd "${EBPF:?a checkout of github.com/cilium/ebpf}" && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src/github.com/cilium" "$work/src/gojudge"
ln -s "$ebpf" "$work/src/github.com/cilium/ebpf"; cp "$here/main.go" "$work/src/gojudge/"
cd "$work/src/gojudge"; GO111MODULE=off GOPATH="$work:/usr/share/gocode" CGO_ENABLED=0 go build -o "$out" .
