// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.6 Specifying no-cast aliases with ___init
// struct nf_conn___init is a connection not yet inserted.
#include "example.h"

// ACCEPT: allocate, set up, insert, release
SEC("xdp")
int insert_entry(struct xdp_md *xdp)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn___init *fresh;
	struct nf_conn *ct;

	fresh = bpf_xdp_ct_alloc(xdp, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	if (!fresh)
		return 2;
	bpf_ct_set_timeout(fresh, 1000);
	ct = bpf_ct_insert_entry(fresh);
	if (ct)
		bpf_ct_release(ct);
	return 2;
}

// REJECT (fixed by insert_entry): change_timeout is for connections already inserted
// kernel 6.12: kernel function bpf_ct_change_timeout args#0 expected pointer to STRUCT nf_conn but R1 has a pointer to STRUCT nf_conn___init
SEC("xdp")
int change_before_insert(struct xdp_md *xdp)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn___init *fresh;
	struct nf_conn *ct;

	fresh = bpf_xdp_ct_alloc(xdp, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	if (!fresh)
		return 2;
	// rejected: not inserted yet
	bpf_ct_change_timeout((struct nf_conn *)fresh, 1000);
	ct = bpf_ct_insert_entry(fresh);
	if (ct)
		bpf_ct_release(ct);
	return 2;
}

// REJECT (fixed by insert_entry): set_timeout is for connections not inserted
// kernel 6.12: kernel function bpf_ct_set_timeout args#0 expected pointer to STRUCT nf_conn___init but R1 has a pointer to STRUCT nf_conn
SEC("xdp")
int set_after_insert(struct xdp_md *xdp)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn___init *fresh;
	struct nf_conn *ct;

	fresh = bpf_xdp_ct_alloc(xdp, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	if (!fresh)
		return 2;
	ct = bpf_ct_insert_entry(fresh);
	if (!ct)
		return 2;
	// rejected: inserted already
	bpf_ct_set_timeout((struct nf_conn___init *)ct, 1000);
	bpf_ct_release(ct);
	return 2;
}

// REJECT (fixed by insert_entry): insert releases what it takes
// kernel 6.12: arg#0 pointer type STRUCT nf_conn___init must point to scalar, or struct with scalar
SEC("xdp")
int use_after_insert(struct xdp_md *xdp)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn___init *fresh;
	struct nf_conn *ct;

	fresh = bpf_xdp_ct_alloc(xdp, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	if (!fresh)
		return 2;
	ct = bpf_ct_insert_entry(fresh);
	// rejected: fresh went in
	bpf_ct_set_timeout(fresh, 1000);
	if (ct)
		bpf_ct_release(ct);
	return 2;
}

// REJECT (fixed by insert_entry): an allocated one is not leaked
// kernel 6.12: Unreleased reference id=2 alloc_insn=18
SEC("xdp")
int alloc_leak(struct xdp_md *xdp)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = 6 };
	struct bpf_sock_tuple tuple = {};
	struct nf_conn___init *fresh;

	fresh = bpf_xdp_ct_alloc(xdp, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	if (!fresh)
		return 2;
	bpf_ct_set_timeout(fresh, 1000);
	// rejected: neither inserted nor released
	return 2;
}
