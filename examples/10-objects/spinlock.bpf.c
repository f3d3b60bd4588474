// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// Which lock: that of one map value, by the pointer it was found with.
#include "example.h"

struct value { u64 count; struct bpf_spin_lock lock; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, int); __type(value, struct value); }
	values SEC(".maps");

// ACCEPT: found once, locked and unlocked through the same pointer
SEC("tc")
int lock_same(struct __sk_buff *skb)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&values, &key);

	if (!v)
		return 0;
	bpf_spin_lock(&v->lock);
	v->count++;
	bpf_spin_unlock(&v->lock);
	return 0;
}

// REJECT (fixed by lock_same): found twice, so two values for all the verifier knows
// kernel 6.12: bpf_spin_unlock of different lock
SEC("tc")
int lock_other(struct __sk_buff *skb)
{
	int key = 0;
	struct value *a = bpf_map_lookup_elem(&values, &key);
	struct value *b = bpf_map_lookup_elem(&values, &key);

	if (!a || !b)
		return 0;
	bpf_spin_lock(&a->lock);
	a->count++;
	// rejected: the lock of b
	bpf_spin_unlock(&b->lock);
	return 0;
}

// REJECT (fixed by lock_same): the lock, not what stands beside it
// kernel 6.12: off 0 doesn't point to 'struct bpf_spin_lock' that is at 8
SEC("tc")
int lock_count(struct __sk_buff *skb)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&values, &key);

	if (!v)
		return 0;
	// rejected: this is the count
	bpf_spin_lock((void *)&v->count);
	v->count++;
	bpf_spin_unlock((void *)&v->count);
	return 0;
}
