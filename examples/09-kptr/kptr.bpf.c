// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.1 KF_ACQUIRE flag
// References kept in maps (kptrs), and objects of the program's own in them.
#include "example.h"

struct item { u64 a; };
struct slot { struct task_struct __kptr *task; struct task_struct __kptr_untrusted *untrusted; struct item __kptr *item; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct slot); }
	slots SEC(".maps");

static __always_inline struct slot *find(void)
{
	int key = 0;

	return bpf_map_lookup_elem(&slots, &key);
}

// ACCEPT: take out, use, put back or release
SEC("tc")
int kptr_take(struct __sk_buff *skb)
{
	struct slot *slot = find();
	struct task_struct *task;

	if (!slot)
		return 0;
	task = bpf_kptr_xchg(&slot->task, NULL);
	if (!task)
		return 0;
	task = bpf_kptr_xchg(&slot->task, task);
	if (task)
		bpf_task_release(task);
	return 0;
}

// REJECT (fixed by kptr_take): taken out and lost
// kernel 6.12: Unreleased reference id=3 alloc_insn=10
SEC("tc")
int kptr_take_leak(struct __sk_buff *skb)
{
	struct slot *slot = find();
	struct task_struct *task;

	if (!slot)
		return 0;
	task = bpf_kptr_xchg(&slot->task, NULL);
	// rejected: the task that came out is held
	return task ? 1 : 0;
}

// REJECT (fixed by kptr_take): a reference in a map changes by exchange only
// kernel 6.12: store to referenced kptr disallowed
SEC("tc")
int kptr_store(struct __sk_buff *skb)
{
	struct slot *slot = find();

	if (!slot)
		return 0;
	// rejected: a store would lose what is there
	*(struct task_struct *volatile *)&slot->task = NULL;
	return 0;
}

// REJECT (fixed by kptr_take): once in the map, no longer ours
// kernel 6.12: arg#0 pointer type STRUCT task_struct must point to scalar, or struct with scalar
SEC("tc")
int kptr_use_after_put(struct __sk_buff *skb)
{
	struct slot *slot = find();
	struct task_struct *task, *old;

	if (!slot)
		return 0;
	task = bpf_task_from_pid(1);
	if (!task)
		return 0;
	old = bpf_kptr_xchg(&slot->task, task);
	if (old)
		bpf_task_release(old);
	// rejected: the map owns it now
	bpf_task_release(task);
	return 0;
}

// REJECT (fixed by kptr_take): only a referenced pointer goes in
// kernel 6.12: R2 must be referenced when passed to release function
SEC("tp_btf/task_newtask")
int BPF_PROG(kptr_put_unreferenced, struct task_struct *task, u64 clone_flags)
{
	struct slot *slot = find();
	struct task_struct *old;

	if (!slot)
		return 0;
	// rejected: trusted, but not referenced
	old = bpf_kptr_xchg(&slot->task, task);
	if (old)
		bpf_task_release(old);
	return 0;
}

// REJECT (fixed by kptr_take): the kptr must be of the pointer's type
// kernel 6.12: invalid kptr access, R2 type=ptr_cgroup expected=ptr_task_struct
SEC("tc")
int kptr_put_other_type(struct __sk_buff *skb)
{
	struct slot *slot = find();
	struct cgroup *cgrp = bpf_cgroup_from_id(1);
	void *old;

	if (!cgrp)
		return 0;
	if (!slot) {
		bpf_cgroup_release(cgrp);
		return 0;
	}
	// rejected: a cgroup where tasks are kept
	old = bpf_kptr_xchg(&slot->task, (void *)cgrp);
	if (old)
		bpf_task_release(old);
	return 0;
}

// ACCEPT: an object of the program's own
SEC("tc")
int kptr_own_object(struct __sk_buff *skb)
{
	struct slot *slot = find();
	struct item *item;

	if (!slot)
		return 0;
	item = new_object(struct item);
	if (!item)
		return 0;
	item->a = 1;
	item = bpf_kptr_xchg(&slot->item, item);
	if (item)
		drop_object(item);
	return 0;
}

// REJECT (fixed by kptr_own_object): dropped although the map has it
// kernel 6.12: R1 must be referenced or trusted
SEC("tc")
int kptr_own_object_dropped(struct __sk_buff *skb)
{
	struct slot *slot = find();
	struct item *item, *old;

	if (!slot)
		return 0;
	item = new_object(struct item);
	if (!item)
		return 0;
	old = bpf_kptr_xchg(&slot->item, item);
	if (old)
		drop_object(old);
	// rejected: the map owns it now
	drop_object(item);
	return 0;
}

// ACCEPT: an unreferenced kptr may be stored and read, never released
SEC("tp_btf/task_newtask")
int BPF_PROG(kptr_untrusted, struct task_struct *task, u64 clone_flags)
{
	struct slot *slot = find();

	if (!slot)
		return 0;
	slot->untrusted = task;
	return 0;
}

// REJECT (fixed by kptr_untrusted): what is read back is untrusted
// kernel 6.12: R1 must be a rcu pointer
SEC("tp_btf/task_newtask")
int BPF_PROG(kptr_untrusted_acquire, struct task_struct *task, u64 clone_flags)
{
	struct slot *slot = find();
	struct task_struct *kept, *held;

	if (!slot)
		return 0;
	kept = slot->untrusted;
	if (!kept)
		return 0;
	// rejected: it may be long gone
	held = bpf_task_acquire(kept);
	if (held)
		bpf_task_release(held);
	return 0;
}
