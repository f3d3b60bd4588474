// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// RCU sections and preemption-off sections.
#include "example.h"

u64 seen;

// ACCEPT: lock and unlock on every path
SEC("tp_btf/task_newtask")
int BPF_PROG(rcu_balanced, struct task_struct *task, u64 clone_flags)
{
	bpf_rcu_read_lock();
	seen = task->real_parent->pid;
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by rcu_balanced): one branch forgets
// kernel 6.12: bpf_rcu_read_unlock is missing
SEC("tp_btf/task_newtask")
int BPF_PROG(rcu_one_branch, struct task_struct *task, u64 clone_flags)
{
	bpf_rcu_read_lock();
	if (clone_flags & 1)
		// rejected: the section is still open
		return 0;
	seen = task->real_parent->pid;
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by rcu_balanced): no nesting in 6.12
// kernel 6.12: nested rcu read lock (kernel function bpf_rcu_read_lock)
SEC("tp_btf/task_newtask")
int BPF_PROG(rcu_nested, struct task_struct *task, u64 clone_flags)
{
	bpf_rcu_read_lock();
	// rejected: open already
	bpf_rcu_read_lock();
	seen = task->real_parent->pid;
	bpf_rcu_read_unlock();
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by rcu_balanced): nothing to close
// kernel 6.12: unmatched rcu read unlock (kernel function bpf_rcu_read_unlock)
SEC("tp_btf/task_newtask")
int BPF_PROG(rcu_unbalanced, struct task_struct *task, u64 clone_flags)
{
	// rejected: no section is open
	bpf_rcu_read_unlock();
	return 0;
}

// ACCEPT: preemption sections nest
SEC("tp_btf/task_newtask")
int BPF_PROG(preempt_nested, struct task_struct *task, u64 clone_flags)
{
	bpf_preempt_disable();
	bpf_preempt_disable();
	seen++;
	bpf_preempt_enable();
	bpf_preempt_enable();
	return 0;
}

// REJECT (fixed by preempt_nested): one enable too few
// kernel 6.12: 1 bpf_preempt_enable is missing
SEC("tp_btf/task_newtask")
int BPF_PROG(preempt_missing, struct task_struct *task, u64 clone_flags)
{
	bpf_preempt_disable();
	bpf_preempt_disable();
	seen++;
	bpf_preempt_enable();
	// rejected: preemption is still off
	return 0;
}

// REJECT (fixed by preempt_nested): one enable too many
// kernel 6.12: unmatched attempt to enable preemption (kernel function bpf_preempt_enable)
SEC("tp_btf/task_newtask")
int BPF_PROG(preempt_too_many, struct task_struct *task, u64 clone_flags)
{
	bpf_preempt_disable();
	bpf_preempt_enable();
	// rejected: preemption is on
	bpf_preempt_enable();
	return 0;
}

// REJECT (fixed by preempt_nested): a sleeping helper with preemption off
// kernel 6.12: sleepable helper bpf_copy_from_user#148 in non-preemptible region
SEC("lsm.s/file_open")
int BPF_PROG(preempt_sleeps, struct file *file)
{
	char buf[8];

	bpf_preempt_disable();
	// rejected: may sleep
	bpf_copy_from_user(buf, sizeof(buf), NULL);
	bpf_preempt_enable();
	return 0;
}
