// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.4 KF_TRUSTED_ARGS flag
// bpf_map_sum_elem_count takes a map as a kernel object.
#include "example.h"

struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, u32); __type(value, u64); }
	table SEC(".maps");

// ACCEPT: a map of the program's own
SEC("tc")
int count_own(struct __sk_buff *skb)
{
	return bpf_map_sum_elem_count((struct bpf_map *)&table) > 0;
}

// ACCEPT: a map that an iterator visits
SEC("iter/bpf_map")
int count_visited(struct bpf_iter__bpf_map *ctx)
{
	struct bpf_map *map = ctx->map;

	if (!map)
		return 0;
	return bpf_map_sum_elem_count(map) > 0;
}

// REJECT (fixed by count_visited): at the end there is no map
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("iter/bpf_map")
int count_unchecked(struct bpf_iter__bpf_map *ctx)
{
	// rejected: map may be NULL
	return bpf_map_sum_elem_count(ctx->map) > 0;
}
