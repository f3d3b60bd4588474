// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2.1 __sz Annotation
// __szk is a __sz whose value must be a known constant.
#include "example.h"

u32 wanted;

// ACCEPT: a constant size
SEC("tc")
int slice_constant(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char buf[16];
	char *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	data = bpf_dynptr_slice(&ptr, 0, buf, sizeof(buf));
	return data ? data[15] : 0;
}

// REJECT (fixed by slice_constant): the size of a slice is the size of what comes back
// kernel 6.12: arg#2 arg#3 memory, len pair leads to invalid memory access
SEC("tc")
int slice_variable(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char buf[16] = {};
	u32 size = wanted;
	char *data;

	if (size > sizeof(buf) || size == 0)
		return 0;
	bpf_dynptr_from_skb(skb, 0, &ptr);
	// rejected: bounded is not enough
	data = bpf_dynptr_slice(&ptr, 0, buf, size);
	return data ? data[0] : 0;
}

// REJECT (fixed by slice_constant): the buffer must hold the slice
// kernel 6.12: arg#2 arg#3 memory, len pair leads to invalid memory access
SEC("tc")
int slice_small_buffer(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char buf[8] = {};
	char *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	// rejected: 16 bytes of an 8-byte buffer
	data = bpf_dynptr_slice(&ptr, 0, buf, 16);
	return data ? data[0] : 0;
}

// REJECT (fixed by slice_constant): reading past the slice
// kernel 6.12: R0 min value is outside of the allowed memory range
SEC("tc")
int slice_overread(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char buf[16];
	char *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	data = bpf_dynptr_slice(&ptr, 0, buf, sizeof(buf));
	// rejected: byte 16 of 16
	return data ? data[16] : 0;
}
