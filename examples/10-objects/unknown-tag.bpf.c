// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// A pointer beside a lock whose type tag the kernel does not know: it refuses the types of the whole program, and so knows of no lock.
#include "example.h"

#define __unknown __attribute__((btf_type_tag("unknown")))

struct value { struct bpf_spin_lock lock; u64 __unknown *pointer; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1); __type(key, int); __type(value, struct value); }
	values SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1); __type(key, int); __type(value, u64); }
	numbers SEC(".maps");

// ACCEPT: what needs no types goes on without them
SEC("tc")
int no_lock(struct __sk_buff *skb)
{
	int key = 0;
	u64 *number = bpf_map_lookup_elem(&numbers, &key);

	return number ? *number : 0;
}

// REJECT (fixed by no_lock): without types there is no lock
// kernel 6.12: map 'values' has to have BTF in order to use bpf_spin_lock
SEC("tc")
int lock(struct __sk_buff *skb)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&values, &key);

	if (!v)
		return 0;
	// rejected: nothing says that this is a lock
	bpf_spin_lock(&v->lock);
	bpf_spin_unlock(&v->lock);
	return 0;
}
