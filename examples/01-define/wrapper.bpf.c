// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.1 Creating a wrapper kfunc
// A wrapper lets the kernel annotate what a plain function cannot say: that the
// returned task is referenced and may be NULL.
#include "example.h"

// ACCEPT: the wrapper's contract is kept: check for NULL, then give the reference back
SEC("tp_btf/task_newtask")
int BPF_PROG(find_task, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = bpf_task_from_pid(task->pid);

	if (!found)
		return 0;
	bpf_task_release(found);
	return 0;
}

// REJECT (fixed by find_task): what the wrapper returns may be NULL
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("tp_btf/task_newtask")
int BPF_PROG(find_task_unchecked, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = bpf_task_from_pid(task->pid);

	// rejected: nobody asked whether there is such a task
	bpf_task_release(found);
	return 0;
}

// REJECT (fixed by find_task): the argument is an int, not a pointer
// kernel 6.12: R1 is not a scalar
SEC("tp_btf/task_newtask")
int BPF_PROG(find_task_by_pointer, struct task_struct *task, u64 clone_flags)
{
	// rejected: a pointer where the prototype has a pid
	struct task_struct *found = bpf_task_from_pid((long)task);

	if (!found)
		return 0;
	bpf_task_release(found);
	return 0;
}
