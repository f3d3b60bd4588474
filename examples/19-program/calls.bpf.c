// SPDX-License-Identifier: Apache-2.0
// verifier.rst: Register value tracking
// Calls: helpers, functions of the program, the stack they share.
#include "example.h"

struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, u64); }
	counts SEC(".maps");

// ACCEPT: the helper that XDP has for it
SEC("xdp")
int load_from_xdp(struct xdp_md *xdp)
{
	u32 first = 0;

	bpf_xdp_load_bytes(xdp, 0, &first, sizeof(first));
	return first ? 2 : 1;
}

// REJECT (fixed by load_from_xdp): the helper of another program type
// kernel 6.12: program of this type cannot use helper bpf_skb_load_bytes#26
SEC("xdp")
int load_from_skb(struct xdp_md *xdp)
{
	u32 first = 0;

	// rejected: there is no skb yet
	bpf_skb_load_bytes(xdp, 0, &first, sizeof(first));
	return first ? 2 : 1;
}

__noinline u64 count_up(u64 *count __arg_nonnull)
{
	return ++*count;
}

// ACCEPT: checked before the call
SEC("tc")
int call_with_value(struct __sk_buff *skb)
{
	int key = 0;
	u64 *count = bpf_map_lookup_elem(&counts, &key);

	if (count)
		count_up(count);
	return 0;
}

// REJECT (fixed by call_with_value): the function says that it takes no NULL
// kernel 6.12: Caller passes invalid args into func#1 ('count_up')
SEC("tc")
int call_with_null(struct __sk_buff *skb)
{
	int key = 0;
	u64 *count = bpf_map_lookup_elem(&counts, &key);

	// rejected: count may be NULL
	count_up(count);
	return 0;
}

static __noinline int small_frame(u32 n)
{
	char buf[64] = {};

	buf[n & 63] = 1;
	opaque(n);
	return buf[n & 63];
}

static __noinline int big_frame(u32 n)
{
	char buf[300] = {};

	buf[n & 255] = 1;
	opaque(n);
	return buf[n & 255];
}

// ACCEPT: both frames fit
SEC("tc")
int frames_fit(struct __sk_buff *skb)
{
	char buf[300] = {};
	u32 n = skb->mark;

	buf[n & 255] = small_frame(n);
	opaque(n);
	return buf[n & 255];
}

// REJECT (fixed by frames_fit): 512 bytes for a whole chain of calls
// kernel 6.12: combined stack size of 2 calls is 608. Too large
SEC("tc")
int frames_too_big(struct __sk_buff *skb)
{
	char buf[300] = {};
	u32 n = skb->mark;

	// rejected: 300 bytes here, 300 there
	buf[n & 255] = big_frame(n);
	opaque(n);
	return buf[n & 255];
}
