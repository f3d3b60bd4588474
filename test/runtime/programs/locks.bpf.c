// SPDX-License-Identifier: Apache-2.0
// A lock that is held for long. For 7.3.
#include "check.h"

struct bpf_res_spin_lock { u32 val; };
extern int bpf_res_spin_lock(struct bpf_res_spin_lock *lock) __ksym;
extern void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) __ksym;

struct locked { struct bpf_res_spin_lock lock; volatile u32 rounds; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, struct locked); } locks SEC(".maps");

SEC("tc")
int long_lock(struct __sk_buff *skb)
{
	u32 zero = 0, mark = skb->mark;
	struct locked *value = bpf_map_lookup_elem(&locks, &zero);

	CHECK(value);
	CHECK(bpf_res_spin_lock(&value->lock) == 0);
	for (u32 i = 0; i < 1000 && i < mark; i++)
		value->rounds++;
	bpf_res_spin_unlock(&value->lock);
	return 0;
}
