// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2.4 __opt Annotation
#include "example.h"

// ACCEPT: __opt: the buffer may be NULL, whatever the size
SEC("tc")
int opt_null(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	data = bpf_dynptr_slice(&ptr, 0, NULL, 16);
	return data ? data[0] : 0;
}

// REJECT (fixed by opt_null): the slice itself may be NULL
// kernel 6.12: R0 invalid mem access 'rdonly_mem_or_null'
SEC("tc")
int opt_unchecked(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	data = bpf_dynptr_slice(&ptr, 0, NULL, 16);
	// rejected: data may be NULL
	return data[0];
}

// REJECT (fixed by opt_null): optional means NULL, not any number
// kernel 6.12: arg#2 arg#3 memory, len pair leads to invalid memory access
SEC("tc")
int opt_number(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	// rejected: 1 is no pointer
	data = bpf_dynptr_slice(&ptr, 0, (void *)1, 16);
	return data ? data[0] : 0;
}

// REJECT (fixed by opt_null): an optional buffer, once given, is checked
// kernel 6.12: Expected an initialized dynptr as arg #0
SEC("tc")
int opt_uninit_dynptr(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char *data;

	// rejected: only the buffer is optional, the dynptr is not
	data = bpf_dynptr_slice(&ptr, 0, NULL, 16);
	return data ? data[0] : 0;
}
