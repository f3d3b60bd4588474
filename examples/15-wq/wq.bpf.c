// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// bpf_wq: work done later, in a sleepable callback.
#include "example.h"

struct elem { struct bpf_wq wq; u64 n; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct elem); }
	elems SEC(".maps");
char text[16];

static int work(void *map, int *key, void *value)
{
	bpf_copy_from_user_str(text, sizeof(text), NULL, 0);
	return 0;
}

// ACCEPT: init, callback, start; the callback may sleep
SEC("tc")
int wq_start(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	bpf_wq_init(&e->wq, &elems, 0);
	bpf_wq_set_callback_impl(&e->wq, work, 0, NULL);
	bpf_wq_start(&e->wq, 0);
	return 0;
}

static int work_returns_one(void *map, int *key, void *value)
{
	// rejected: not 0
	return 1;
}

// REJECT (fixed by wq_start): the callback returns 0
// kernel 6.12: At async callback return the register R0 has smin=1 smax=1 should have been in [0, 0]
SEC("tc")
int wq_callback_result(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	bpf_wq_init(&e->wq, &elems, 0);
	bpf_wq_set_callback_impl(&e->wq, work_returns_one, 0, NULL);
	return 0;
}

// REJECT (fixed by wq_start): a wq is in a map, at its place
// kernel 6.12: off 16 doesn't point to 'struct bpf_wq' that is at 0
SEC("tc")
int wq_offset(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	// rejected: not where the wq is
	bpf_wq_init((void *)&e->n, &elems, 0);
	return 0;
}

// REJECT (fixed by wq_start): not on the stack
// kernel 6.12: arg#0 doesn't point to a map value
SEC("tc")
int wq_on_stack(struct __sk_buff *skb)
{
	struct bpf_wq wq = {};

	// rejected: a wq outlives the program
	bpf_wq_start(&wq, 0);
	return 0;
}

static int work_leaks(void *map, int *key, void *value)
{
	struct task_struct *task = bpf_task_from_pid(1);

	// rejected: task is leaked
	return task ? 0 : 0;
}

// REJECT (fixed by wq_start): a callback keeps the contract as well
// kernel 6.12: Unreleased reference id=3 alloc_insn=23
SEC("tc")
int wq_callback_leak(struct __sk_buff *skb)
{
	int key = 0;
	struct elem *e = bpf_map_lookup_elem(&elems, &key);

	if (!e)
		return 0;
	bpf_wq_init(&e->wq, &elems, 0);
	bpf_wq_set_callback_impl(&e->wq, work_leaks, 0, NULL);
	return 0;
}
