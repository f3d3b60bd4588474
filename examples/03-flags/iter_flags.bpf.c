// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4 Annotating kfuncs
// KF_ITER_NEW, KF_ITER_NEXT, KF_ITER_DESTROY
#include "example.h"

u64 seen;

// ACCEPT: nested iterators, each made and destroyed in turn
SEC("tc")
int iter_nested(struct __sk_buff *skb)
{
	struct bpf_iter_num outer, inner;

	bpf_iter_num_new(&outer, 0, 3);
	while (bpf_iter_num_next(&outer)) {
		bpf_iter_num_new(&inner, 0, 3);
		while (bpf_iter_num_next(&inner))
			seen++;
		bpf_iter_num_destroy(&inner);
	}
	bpf_iter_num_destroy(&outer);
	return 0;
}

// REJECT (fixed by iter_nested): an iterator is left undestroyed
// kernel 6.12: Unreleased reference id=1 alloc_insn=5
SEC("tc")
int iter_leak(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 3);
	while (bpf_iter_num_next(&it))
		seen++;
	// rejected: no destroy
	return 0;
}

// REJECT (fixed by iter_nested): made twice
// kernel 6.12: expected uninitialized iter_num as arg #0
SEC("tc")
int iter_new_twice(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 3);
	// rejected: it is an iterator already
	bpf_iter_num_new(&it, 0, 3);
	bpf_iter_num_destroy(&it);
	return 0;
}

// REJECT (fixed by iter_nested): destroyed twice
// kernel 6.12: expected an initialized iter_num as arg #0
SEC("tc")
int iter_destroy_twice(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 3);
	bpf_iter_num_destroy(&it);
	// rejected: gone already
	bpf_iter_num_destroy(&it);
	return 0;
}

// REJECT (fixed by iter_nested): next after destroy
// kernel 6.12: expected an initialized iter_num as arg #0
SEC("tc")
int iter_next_after_destroy(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 3);
	bpf_iter_num_destroy(&it);
	// rejected: gone already
	if (bpf_iter_num_next(&it))
		seen++;
	return 0;
}

// REJECT (fixed by iter_nested): next may be NULL
// kernel 6.12: R0 invalid mem access 'scalar'
SEC("tc")
int iter_unchecked(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 3);
	// rejected: at the end there is no number
	seen += *bpf_iter_num_next(&it);
	bpf_iter_num_destroy(&it);
	return 0;
}

// REJECT (fixed by iter_nested): the element dies with its iterator
// kernel 6.12: R6 invalid mem access 'scalar'
SEC("tc")
int iter_element_after_destroy(struct __sk_buff *skb)
{
	struct bpf_iter_num it;
	int *v;

	bpf_iter_num_new(&it, 0, 3);
	v = bpf_iter_num_next(&it);
	bpf_iter_num_destroy(&it);
	if (v)
		// rejected: v pointed into the iterator
		seen += *v;
	return 0;
}

// REJECT (fixed by iter_nested): a break leaves the inner iterator alive
// kernel 6.12: Unreleased reference id=1 alloc_insn=6
SEC("tc")
int iter_break_leak(struct __sk_buff *skb)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 3);
	while (bpf_iter_num_next(&it)) {
		if (skb->len == seen)
			// rejected: this way out has no destroy
			return 0;
		seen++;
	}
	bpf_iter_num_destroy(&it);
	return 0;
}
