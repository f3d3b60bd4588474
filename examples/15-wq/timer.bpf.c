// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// Timers, work queues and the functions they call.
#include "example.h"

struct elem { struct bpf_timer timer; struct bpf_wq wq; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct elem); }
	elems SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct elem); }
	others SEC(".maps");

static int work(void *map, int *key, void *value)
{
	return 0;
}

// ACCEPT: the timer with the map it lies in
SEC("tc")
int timer_own_map(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	bpf_timer_init(&e->timer, &elems, 0);
	return 0;
}

// REJECT (fixed by timer_own_map): another map than the one it lies in
// kernel 6.12: timer pointer in R1 map_uid=0 doesn't match map pointer in R2 map_uid=0
SEC("tc")
int timer_other_map(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	// rejected: e is in elems
	bpf_timer_init(&e->timer, &others, 0);
	return 0;
}

// ACCEPT: a function of the program
SEC("tc")
int wq_function(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	bpf_wq_init(&e->wq, &elems, 0);
	bpf_wq_set_callback_impl(&e->wq, work, 0, NULL);
	return 0;
}

// REJECT (fixed by wq_function): a value is no function
// kernel 6.12: arg1 expected pointer to func
SEC("tc")
int wq_no_function(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	bpf_wq_init(&e->wq, &elems, 0);
	// rejected: what should run?
	bpf_wq_set_callback_impl(&e->wq, (void *)e, 0, NULL);
	return 0;
}

// REJECT (fixed by wq_function): what is thrown is what the function returns
static int work_throws(void *map, int *key, void *value)
{
	// rejected: 1 is no answer of a work queue's function
	bpf_throw(1);
	return 0;
}

SEC("tc")
int wq_throws(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	bpf_wq_init(&e->wq, &elems, 0);
	bpf_wq_set_callback_impl(&e->wq, work_throws, 0, NULL);
	return 0;
}
