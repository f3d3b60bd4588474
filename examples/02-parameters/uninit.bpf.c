// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2.3 __uninit Annotation
#include "example.h"

// ACCEPT: __uninit takes a dynptr not yet made
SEC("tc")
int uninit_fresh(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	return bpf_dynptr_size(&ptr) > 0;
}

// REJECT (fixed by uninit_fresh): without __uninit the dynptr must be made first
// kernel 6.12: Expected an initialized dynptr as arg #0
SEC("tc")
int uninit_missing(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	// rejected: nothing made it
	return bpf_dynptr_size(&ptr) > 0;
}

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ringbuf SEC(".maps");

// ACCEPT: the clone is a second, uninitialized dynptr
SEC("tc")
int uninit_clone(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr, clone;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	bpf_dynptr_clone(&ptr, &clone);
	return bpf_dynptr_size(&clone) > 0;
}

// REJECT (fixed by uninit_clone): an uninitialized dynptr is not overwritten memory that is referenced
// kernel 6.12: cannot overwrite referenced dynptr
SEC("tc")
int uninit_over_referenced(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &ptr);
	// rejected: the reservation would be lost
	bpf_dynptr_from_skb(skb, 0, &ptr);
	bpf_ringbuf_discard_dynptr(&ptr, 0);
	return 0;
}

// REJECT (fixed by uninit_clone): what is cloned must be initialized
// kernel 6.12: Expected an initialized dynptr as arg #0
SEC("tc")
int uninit_clone_of_nothing(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr, clone;

	// rejected: ptr was never made
	bpf_dynptr_clone(&ptr, &clone);
	return 0;
}
