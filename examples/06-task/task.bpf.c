// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4.1 struct task_struct * kfuncs
#include "example.h"

private(TASK) struct task_struct __kptr *global;

// ACCEPT: a task kept in a global is read in an RCU section
SEC("tp_btf/task_newtask")
int BPF_PROG(task_rcu_read, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *copy;
	int pid = 0;

	bpf_rcu_read_lock();
	copy = global;
	if (copy)
		pid = copy->pid;
	bpf_rcu_read_unlock();
	return pid != 0;
}

// REJECT (fixed by task_rcu_read): the kept task may be NULL
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("tp_btf/task_newtask")
int BPF_PROG(task_rcu_read_unchecked, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *copy;

	bpf_rcu_read_lock();
	copy = global;
	// rejected: nothing may be kept
	if (bpf_task_under_cgroup(copy, NULL))
		clone_flags = 0;
	bpf_rcu_read_unlock();
	return clone_flags == 0;
}

// ACCEPT: acquired from the map in the section, used after it
SEC("tp_btf/task_newtask")
int BPF_PROG(task_acquire_kept, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *copy, *held = NULL;

	bpf_rcu_read_lock();
	copy = global;
	if (copy)
		held = bpf_task_acquire(copy);
	bpf_rcu_read_unlock();
	if (held)
		bpf_task_release(held);
	return 0;
}

// REJECT (fixed by task_acquire_kept): what is kept is not the program's to release
// kernel 6.12: R1 must be referenced or trusted
SEC("tp_btf/task_newtask")
int BPF_PROG(task_release_kept, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *copy;

	bpf_rcu_read_lock();
	copy = global;
	if (copy)
		// rejected: no reference was acquired
		bpf_task_release(copy);
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by task_acquire_kept): the section ended
// kernel 6.12: R1 must be a rcu pointer
SEC("lsm.s/file_open")
int BPF_PROG(task_kept_after_section, struct file *file)
{
	struct task_struct *copy, *held;

	bpf_rcu_read_lock();
	copy = global;
	bpf_rcu_read_unlock();
	if (!copy)
		return 0;
	// rejected: the copy died with the section
	held = bpf_task_acquire(copy);
	if (held)
		bpf_task_release(held);
	return 0;
}

// ACCEPT: find a task by its pid
SEC("tp_btf/task_newtask")
int BPF_PROG(task_from_pid, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = bpf_task_from_pid(task->pid);
	int same;

	if (!found)
		return 0;
	same = found->pid == task->pid;
	bpf_task_release(found);
	return same;
}

// REJECT (fixed by task_from_pid): an early way out keeps the reference
// kernel 6.12: Unreleased reference id=2 alloc_insn=2
SEC("tp_btf/task_newtask")
int BPF_PROG(task_from_pid_early_out, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = bpf_task_from_pid(task->pid);

	if (!found)
		return 0;
	if (found->pid != task->pid)
		// rejected: found is leaked
		return 0;
	bpf_task_release(found);
	return 0;
}

// REJECT (fixed by task_from_pid): kernel memory is not written through
// kernel 6.12: only read is supported
SEC("tp_btf/task_newtask")
int BPF_PROG(task_write, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = bpf_task_from_pid(task->pid);

	if (!found)
		return 0;
	// rejected: tasks are read-only
	*(volatile int *)&found->pid = 1;
	bpf_task_release(found);
	return 0;
}
