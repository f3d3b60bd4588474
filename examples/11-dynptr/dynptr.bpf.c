// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2.3 __uninit Annotation
// Dynptrs and the slices of them.
#include "example.h"

u32 at;

// ACCEPT: a slice is used before the packet changes
SEC("tc")
int slice_before_change(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char *data;
	int first;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	data = bpf_dynptr_slice(&ptr, 0, NULL, 4);
	if (!data)
		return 0;
	first = data[0];
	bpf_skb_pull_data(skb, 64);
	return first == 0;
}

// REJECT (fixed by slice_before_change): pull moves the packet; slices die
// kernel 6.12: R8 invalid mem access 'scalar'
SEC("tc")
int slice_after_change(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	data = bpf_dynptr_slice(&ptr, 0, NULL, 4);
	if (!data)
		return 0;
	bpf_skb_pull_data(skb, 64);
	// rejected: the packet may be elsewhere now
	return data[0] == 0;
}

// ACCEPT: tc may write the packet
SEC("tc")
int slice_rdwr(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char buf[4] = {};
	char *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	data = bpf_dynptr_slice_rdwr(&ptr, 0, buf, sizeof(buf));
	if (data)
		data[0] = 1;
	return 0;
}

// REJECT (fixed by slice_rdwr): a plain slice is read-only
// kernel 6.12: R0 cannot write into rdonly_mem
SEC("tc")
int slice_write(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char buf[4] = {};
	char *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	data = bpf_dynptr_slice(&ptr, 0, buf, sizeof(buf));
	if (data)
		// rejected: read-only
		data[0] = 1;
	return 0;
}

// REJECT (fixed by slice_rdwr): cgroup_skb programs may not write packets
// kernel 6.12: the prog does not allow writes to packet data
SEC("cgroup_skb/egress")
int slice_rdwr_readonly_type(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char buf[4] = {};
	char *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	// rejected: this type reads packets only
	data = bpf_dynptr_slice_rdwr(&ptr, 0, buf, sizeof(buf));
	if (data)
		data[0] = 1;
	return 1;
}

// REJECT (fixed by slice_rdwr): a dynptr is not written over while in use
// kernel 6.12: Expected an initialized dynptr as arg #0
SEC("tc")
int dynptr_clobber(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	*(volatile u64 *)&ptr = 0;
	// rejected: it is no dynptr any more
	return bpf_dynptr_size(&ptr) > 0;
}

// REJECT (fixed by slice_rdwr): a dynptr is not moved
// kernel 6.12: Expected an initialized dynptr as arg #0
SEC("tc")
int dynptr_offset(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	// rejected: the middle of a dynptr
	return bpf_dynptr_size((void *)&ptr + 8) > 0;
}

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ringbuf SEC(".maps");

// ACCEPT: a reservation is submitted
SEC("tc")
int ringbuf_submit(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &ptr);
	bpf_ringbuf_submit_dynptr(&ptr, 0);
	return 0;
}

// REJECT (fixed by ringbuf_submit): or it is leaked
// kernel 6.12: Unreleased reference id=2 alloc_insn=6
SEC("tc")
int ringbuf_leak(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &ptr);
	// rejected: neither submitted nor discarded
	return 0;
}

// REJECT (fixed by ringbuf_submit): a clone's slice dies with the original
// kernel 6.12: Expected an initialized dynptr as arg #0
SEC("tc")
int clone_after_submit(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr, clone;

	bpf_ringbuf_reserve_dynptr(&ringbuf, 8, 0, &ptr);
	bpf_dynptr_clone(&ptr, &clone);
	bpf_ringbuf_submit_dynptr(&ptr, 0);
	// rejected: the clone died too
	return bpf_dynptr_size(&clone) > 0;
}
