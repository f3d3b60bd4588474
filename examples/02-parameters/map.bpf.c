// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2 Annotating kfunc parameters
// __map: the argument is a map; a wq must be initialized with the map it lives in.
#include "example.h"

struct elem { struct bpf_wq wq; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct elem); }
	one SEC(".maps"), two SEC(".maps");

// ACCEPT: the wq and its own map
SEC("tc")
int wq_own_map(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&one, &key);

	if (!e)
		return 0;
	bpf_wq_init(&e->wq, &one, 0);
	return 0;
}

// REJECT (fixed by wq_own_map): the map must be the one that holds the wq
// kernel 6.12: workqueue pointer in R1 map_uid=0 doesn't match map pointer in R2 map_uid=0
SEC("tc")
int wq_other_map(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&one, &key);

	if (!e)
		return 0;
	// rejected: the wq is in `one`
	bpf_wq_init(&e->wq, &two, 0);
	return 0;
}

// REJECT (fixed by wq_own_map): a map is asked for, not its value
// kernel 6.12: arg#1 is map_value expected map_value or socket
SEC("tc")
int wq_not_a_map(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&one, &key);

	if (!e)
		return 0;
	// rejected: a map value is not a map
	bpf_wq_init(&e->wq, e, 0);
	return 0;
}

// REJECT (fixed by wq_own_map): the value may not be there
// kernel 6.12: arg#0 doesn't point to a map value
SEC("tc")
int wq_maybe_there(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&one, &key);

	// rejected: e may be NULL
	bpf_wq_init(&e->wq, &one, 0);
	return 0;
}

// ACCEPT: of an index only the known bits are looked at; a later kernel refuses it
SEC("tc")
int wq_some_value(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&one, &key);

	if (!e)
		return 0;
	bpf_wq_init((void *)e + (u64)(skb->mark & 8), &one, 0);
	return 0;
}
