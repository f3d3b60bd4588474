// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// bpf_throw: where it may stand.
#include "example.h"

int limit;

static int stop(u32 i, void *ctx)
{
	return limit > 10;
}

static int throws(u32 i, void *ctx)
{
	if (limit > 10)
		// rejected: between this frame and the program there is one of the kernel
		bpf_throw(0);
	return 0;
}

// ACCEPT: the callback stops the loop, the program throws
SEC("tc")
int throw_after_loop(struct __sk_buff *skb)
{
	bpf_loop(10, stop, NULL, 0);
	if (limit > 10)
		bpf_throw(0);
	return 0;
}

// REJECT (fixed by throw_after_loop): no throw out of a callback
// kernel 6.12: bpf_throw kfunc (insn 13) cannot be called from callback subprog 1
SEC("tc")
int throw_in_loop(struct __sk_buff *skb)
{
	bpf_loop(10, throws, NULL, 0);
	return 0;
}
