// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2.4 __opt Annotation
// What a lookup gives, handed on before it was compared with NULL; and what a map must be for who takes it.
#include "example.h"

enum { BPF_MAP_TYPE_PROG_ARRAY = 3, BPF_MAP_TYPE_ARRAY_OF_MAPS = 12 };

struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, u32); };
struct inner numbers SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, u32);
	__array(values, struct inner);
} outer SEC(".maps") = { .values = { &numbers } };
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, u32); }
	programs SEC(".maps");
struct elem { struct bpf_wq wq; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, struct elem); }
	elems SEC(".maps");

// ACCEPT: the buffer may be NULL, and a value is memory
SEC("tc")
int slice_into_value(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;
	u32 key = 0, *value, *found;

	value = bpf_map_lookup_elem(&numbers, &key);
	bpf_dynptr_from_skb(skb, 0, &packet);
	found = bpf_dynptr_slice(&packet, 0, value, sizeof(*value));
	return found ? *found : 0;
}

// REJECT (fixed by slice_into_value): a map of maps gives maps, not memory
// kernel 6.12: arg#2 arg#3 memory, len pair leads to invalid memory access
SEC("tc")
int slice_into_map(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;
	u32 key = 0, *value, *found;

	value = bpf_map_lookup_elem(&outer, &key);
	bpf_dynptr_from_skb(skb, 0, &packet);
	// rejected: the buffer is a map
	found = bpf_dynptr_slice(&packet, 0, value, sizeof(*value));
	return found ? *found : 0;
}

// ACCEPT: a helper whose memory may be NULL takes what a lookup gives
SEC("tc")
int sum_of_value(struct __sk_buff *skb)
{
	u32 key = 0, *value = bpf_map_lookup_elem(&numbers, &key);

	return bpf_csum_diff(value, sizeof(*value), NULL, 0, 0);
}

// REJECT (fixed by sum_of_value): no more of it than there is
// kernel 6.12: R1 min value is outside of the allowed memory range
SEC("tc")
int sum_past_value(struct __sk_buff *skb)
{
	u32 key = 0, *value = bpf_map_lookup_elem(&numbers, &key);

	// rejected: twice its size
	return bpf_csum_diff(value, 2 * sizeof(*value), NULL, 0, 0);
}

// ACCEPT: a map of programs
SEC("tc")
int tail_call(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &programs, 0);
	return 0;
}

// REJECT (fixed by tail_call): numbers are no programs
// kernel 6.12: kernel subsystem misconfigured verifier
SEC("tc")
int tail_call_number(struct __sk_buff *skb)
{
	// rejected: an array of numbers
	bpf_tail_call(skb, &numbers, 0);
	return 0;
}

// ACCEPT: until Linux 6.18 only what is known of a work queue's offset is looked at
SEC("tc")
int wq_somewhere(struct __sk_buff *skb)
{
	u32 key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	return bpf_wq_init(&e[bpf_get_prandom_u32()].wq, &elems, 0);
}

// REJECT (fixed by wq_somewhere): an offset that is known to be another
// kernel 6.12: off 8 doesn't point to 'struct bpf_wq' that is at 0
SEC("tc")
int wq_elsewhere(struct __sk_buff *skb)
{
	u32 key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	// rejected: in the middle of it
	return bpf_wq_init((void *)e + 8, &elems, 0);
}

struct counts { u64 seen; };
struct slot { struct counts __percpu_kptr *counts; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, struct slot); }
	slots SEC(".maps");
u64 total;

// ACCEPT: a per-CPU object of the program's own is there for every CPU
SEC("tc")
int percpu_any_cpu(struct __sk_buff *skb)
{
	struct counts __percpu_kptr *counts;
	struct counts *one;
	struct slot *slot;
	u32 key = 0;

	slot = bpf_map_lookup_elem(&slots, &key);
	if (!slot)
		return 0;
	counts = slot->counts;
	if (!counts)
		return 0;
	one = bpf_per_cpu_ptr((void *)counts, 1);
	total += one->seen;
	return 0;
}

// REJECT (fixed by percpu_any_cpu): the object itself may not be there
// kernel 6.12: R1 type=percpu_rcu_ptr_or_null_ expected=percpu_ptr_, percpu_rcu_ptr_, percpu_trusted_ptr_
SEC("tc")
int percpu_unchecked(struct __sk_buff *skb)
{
	struct counts __percpu_kptr *counts;
	struct counts *one;
	struct slot *slot;
	u32 key = 0;

	slot = bpf_map_lookup_elem(&slots, &key);
	if (!slot)
		return 0;
	counts = slot->counts;
	// rejected: NULL where nothing was put there
	one = bpf_per_cpu_ptr((void *)counts, 1);
	total += one->seen;
	return 0;
}

struct counted { struct bpf_refcount refs; u64 seen; };

// ACCEPT: an object that counts its references
SEC("tc")
int count_counted(struct __sk_buff *skb)
{
	struct counted *one = new_object(struct counted), *two;

	if (!one)
		return 0;
	two = another(one);
	drop_object(one);
	drop_object(two);
	return 0;
}

// REJECT (fixed by count_counted): one that does not
// kernel 6.12: verifier internal error: Couldn't find btf_record
SEC("tc")
int count_uncounted(struct __sk_buff *skb)
{
	struct counts *one = new_object(struct counts), *two;

	if (!one)
		return 0;
	// rejected: nothing in it to count with
	two = another(one);
	drop_object(one);
	drop_object(two);
	return 0;
}
