// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.5 Registering the kfuncs
// The owner may be a module: nf_conntrack registers for tc and xdp.
#include "example.h"

// ACCEPT: lookup, then release
SEC("xdp")
int lookup_xdp(struct xdp_md *xdp)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn *ct;

	ct = bpf_xdp_ct_lookup(xdp, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	if (ct)
		bpf_ct_release(ct);
	return 2;
}

// REJECT (fixed by lookup_xdp): the flags hold for a module's kfuncs too
// kernel 6.12: Unreleased reference id=2 alloc_insn=18
SEC("xdp")
int lookup_xdp_leak(struct xdp_md *xdp)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn *ct;

	ct = bpf_xdp_ct_lookup(xdp, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	// rejected: ct is never released
	return ct ? 2 : 1;
}

// REJECT (fixed by lookup_xdp): the size is checked with the memory
// kernel 6.12: arg#1 arg#2 memory, len pair leads to invalid memory access
SEC("xdp")
int lookup_xdp_size(struct xdp_md *xdp)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn *ct;

	// rejected: more than the tuple has
	ct = bpf_xdp_ct_lookup(xdp, &tuple, 2 * sizeof(tuple), &opts, sizeof(opts));
	if (ct)
		bpf_ct_release(ct);
	return 2;
}

// REJECT (fixed by lookup_xdp): not registered for tracing
// kernel 6.12: calling kernel function bpf_skb_ct_lookup is not allowed
SEC("tp_btf/task_newtask")
int BPF_PROG(lookup_tracing, struct task_struct *task, u64 clone_flags)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn *ct;

	// rejected: tracing has no conntrack kfuncs
	ct = bpf_skb_ct_lookup((void *)task, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	if (ct)
		bpf_ct_release(ct);
	return 0;
}

// REJECT (fixed by lookup_xdp): the context must be the program's own
// kernel 6.12: arg#0 expected pointer to ctx, but got fp
SEC("xdp")
int lookup_xdp_no_ctx(struct xdp_md *xdp)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn *ct;

	// rejected: the tuple is no context
	ct = bpf_xdp_ct_lookup((void *)&tuple, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	if (ct)
		bpf_ct_release(ct);
	return 2;
}
