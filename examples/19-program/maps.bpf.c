// SPDX-License-Identifier: Apache-2.0
// verifier.rst: Register value tracking
// Maps that some programs may not use, and constant formats.
#include "example.h"

struct value { u64 count; struct bpf_spin_lock lock; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct value); }
	values SEC(".maps");
char text[32];

// ACCEPT: a tc program may take the lock
SEC("tc")
int count_in_tc(struct __sk_buff *skb)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&values, &key);

	if (v)
		__sync_fetch_and_add(&v->count, 1);
	return 0;
}

// REJECT (fixed by count_in_tc): a kprobe may interrupt whoever holds it
// kernel 6.12: tracing progs cannot use bpf_spin_lock yet
SEC("kprobe/vfs_read")
int count_in_kprobe(struct pt_regs *regs)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&values, &key);

	if (v)
		__sync_fetch_and_add(&v->count, 1);
	return 0;
}

// ACCEPT: a conversion the kernel has, and its argument
SEC("tp_btf/task_newtask")
int BPF_PROG(format_known, struct task_struct *task, u64 flags)
{
	BPF_SNPRINTF(text, sizeof(text), "%d", task->pid);
	return 0;
}

// REJECT (fixed by format_known): one it does not have
// kernel 6.12: Invalid format string
SEC("tp_btf/task_newtask")
int BPF_PROG(format_unknown, struct task_struct *task, u64 flags)
{
	// rejected: %f
	BPF_SNPRINTF(text, sizeof(text), "%f", task->pid);
	return 0;
}
