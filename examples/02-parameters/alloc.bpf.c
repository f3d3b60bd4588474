// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2 Annotating kfunc parameters
// __alloc: the argument is an object the program allocated.
#include "example.h"

struct item { u64 a, b; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct item); }
	items SEC(".maps");

// ACCEPT: drop what was allocated
SEC("tc")
int drop_own(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	drop_object(p);
	return 0;
}

// REJECT (fixed by drop_own): a map value was not allocated by bpf_obj_new
// kernel 6.12: R1 must be referenced or trusted
SEC("tc")
int drop_map_value(struct __sk_buff *skb)
{
	int key = 0;
	struct item *p = bpf_map_lookup_elem(&items, &key);

	if (!p)
		return 0;
	// rejected: not the program's to free
	drop_object(p);
	return 0;
}

// REJECT (fixed by drop_own): a kernel object is freed by its own release function
// kernel 6.12: arg#0 expected pointer to allocated object
SEC("tp_btf/task_newtask")
int BPF_PROG(drop_task, struct task_struct *task, u64 clone_flags)
{
	// rejected: not the program's to free
	drop_object(task);
	return 0;
}

// REJECT (fixed by drop_own): the object is passed as it came, not moved
// kernel 6.12: R1 must have zero offset when passed to release func or trusted arg to kfunc
SEC("tc")
int drop_middle(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);

	if (!p)
		return 0;
	// rejected: an offset into the object
	drop_object(&p->b);
	return 0;
}
