// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.8 KF_DEPRECATED flag
// 6.12 documents the flag, but defines no bit for it: the kernel accepts, a tool
// warns from what kernel-doc says. Nothing in this kernel is marked; here is what
// a program can do about a kfunc that may go: ask at load time, have another way.
#include "example.h"

struct task_struct *bpf_task_from_pid___old(s32 pid) __ksym __weak;
struct task_struct *bpf_task_gone(s32 pid) __ksym __weak;

// ACCEPT: a flavour of a kfunc that exists
SEC("tp_btf/task_newtask")
int BPF_PROG(weak_present, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = NULL;

	if (bpf_ksym_exists(bpf_task_from_pid___old))
		found = bpf_task_from_pid___old(task->pid);
	if (found)
		bpf_task_release(found);
	return 0;
}

// ACCEPT: a kfunc that is gone, asked for first
SEC("tp_btf/task_newtask")
int BPF_PROG(weak_guarded, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = NULL;

	if (bpf_ksym_exists(bpf_task_gone))
		found = bpf_task_gone(task->pid);
	if (found)
		bpf_task_release(found);
	return 0;
}
