// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.1 KF_ACQUIRE flag
#include "example.h"

struct slot { struct task_struct __kptr *task; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct slot); }
	slots SEC(".maps");

// ACCEPT: every path gives back what it acquired
SEC("tp_btf/task_newtask")
int BPF_PROG(acquire_release, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);

	if (!held)
		return 0;
	bpf_task_release(held);
	return 0;
}

// REJECT (fixed by acquire_release): a reference is left at exit
// kernel 6.12: Unreleased reference id=2 alloc_insn=1
SEC("tp_btf/task_newtask")
int BPF_PROG(acquire_leak, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);

	if (!held)
		return 0;
	// rejected: held is never released
	return 0;
}

// REJECT (fixed by acquire_release): one branch forgets
// kernel 6.12: Unreleased reference id=2 alloc_insn=2
SEC("tp_btf/task_newtask")
int BPF_PROG(acquire_leak_one_branch, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);

	if (!held)
		return 0;
	if (clone_flags & 1)
		// rejected: this way out keeps the reference
		return 0;
	bpf_task_release(held);
	return 0;
}

// ACCEPT: the map takes the reference over; what was there comes out and is released
SEC("tp_btf/task_newtask")
int BPF_PROG(acquire_to_map, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held, *old;
	int key = 0;
	struct slot *slot = bpf_map_lookup_elem(&slots, &key);

	if (!slot)
		return 0;
	held = bpf_task_acquire(task);
	if (!held)
		return 0;
	old = bpf_kptr_xchg(&slot->task, held);
	if (old)
		bpf_task_release(old);
	return 0;
}

// REJECT (fixed by acquire_to_map): what the exchange takes out is a reference too
// kernel 6.12: Unreleased reference id=5 alloc_insn=15
SEC("tp_btf/task_newtask")
int BPF_PROG(acquire_to_map_lose_old, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held;
	int key = 0;
	struct slot *slot = bpf_map_lookup_elem(&slots, &key);

	if (!slot)
		return 0;
	held = bpf_task_acquire(task);
	if (!held)
		return 0;
	bpf_kptr_xchg(&slot->task, held);
	// rejected: the old task is lost
	return 0;
}

// REJECT (fixed by acquire_release): each turn of the loop acquires one more
// kernel 6.12: Unreleased reference id=2 alloc_insn=2
SEC("tp_btf/task_newtask")
int BPF_PROG(acquire_in_loop, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = NULL;
	int i;

	for (i = 0; i < 2; i++) {
		held = bpf_task_acquire(task);
		if (!held)
			// rejected: the second time the first is still held
			return 0;
	}
	bpf_task_release(held);
	return 0;
}
