// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2.3 __uninit Annotation
// Dynptrs of different kinds: of a ring buffer record, of memory, handed to a callback.
#include "example.h"

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } records SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_USER_RINGBUF); __uint(max_entries, 4096); } from_user SEC(".maps");
char memory[16];

// ACCEPT: memory that outlives the call
SEC("tc")
int dynptr_of_global(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	return bpf_dynptr_from_mem(memory, sizeof(memory), 0, &ptr);
}

// REJECT (fixed by dynptr_of_global): not of the stack
// kernel 6.12: Unsupported reg type fp for bpf_dynptr_from_mem data
SEC("tc")
int dynptr_of_stack(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char own[16] = {};

	// rejected: own is on the stack
	return bpf_dynptr_from_mem(own, sizeof(own), 0, &ptr);
}

// ACCEPT: what was reserved is submitted
SEC("tc")
int submit_reserved(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_ringbuf_reserve_dynptr(&records, 8, 0, &ptr);
	bpf_ringbuf_submit_dynptr(&ptr, 0);
	return 0;
}

// REJECT (fixed by submit_reserved): memory is no record
// kernel 6.12: arg 1 is an unacquired reference
SEC("tc")
int submit_memory(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_mem(memory, sizeof(memory), 0, &ptr);
	// rejected: not from bpf_ringbuf_reserve_dynptr()
	bpf_ringbuf_submit_dynptr(&ptr, 0);
	return 0;
}

static long read_sample(struct bpf_dynptr *sample, void *ctx)
{
	struct bpf_dynptr own;

	bpf_dynptr_from_mem(memory, sizeof(memory), 0, &own);
	bpf_dynptr_read(memory, sizeof(memory), sample, 0, 0);
	return 0;
}

// ACCEPT: a dynptr of one's own is made in a variable of one's own
SEC("tc")
int drain(struct __sk_buff *skb)
{
	bpf_user_ringbuf_drain(&from_user, read_sample, NULL, 0);
	return 0;
}

static long remake_sample(struct bpf_dynptr *sample, void *ctx)
{
	// rejected: this one is the kernel's
	bpf_dynptr_from_mem(memory, sizeof(memory), 0, sample);
	return 0;
}

// REJECT (fixed by drain): a dynptr that was handed over cannot be made anew
// kernel 6.12: Dynptr has to be an uninitialized dynptr
SEC("tc")
int drain_remake(struct __sk_buff *skb)
{
	bpf_user_ringbuf_drain(&from_user, remake_sample, NULL, 0);
	return 0;
}
