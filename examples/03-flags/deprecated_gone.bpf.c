// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 3.1 kfunc deprecation
// After the deprecation period the kfunc is removed; programs that call it are rejected.
#include "example.h"

struct task_struct *bpf_task_gone(s32 pid) __ksym __weak;

// ACCEPT: what remains
SEC("tp_btf/task_newtask")
int BPF_PROG(replacement, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = bpf_task_from_pid(task->pid);

	if (found)
		bpf_task_release(found);
	return 0;
}

// REJECT (fixed by replacement): weak, but not asked for
// kernel 6.12: kfunc 'bpf_task_gone' is referenced but wasn't resolved
SEC("tp_btf/task_newtask")
int BPF_PROG(weak_unguarded, struct task_struct *task, u64 clone_flags)
{
	// rejected: no such kfunc in this kernel
	struct task_struct *found = bpf_task_gone(task->pid);

	if (found)
		bpf_task_release(found);
	return 0;
}
