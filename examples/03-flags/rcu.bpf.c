// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.7 KF_RCU flag
#include "example.h"

// ACCEPT: in an RCU section, a field that BTF_TYPE_SAFE_RCU names
SEC("tp_btf/task_newtask")
int BPF_PROG(rcu_safe_field, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held;

	bpf_rcu_read_lock();
	held = bpf_task_acquire(task->real_parent);
	bpf_rcu_read_unlock();
	if (held)
		bpf_task_release(held);
	return 0;
}

// REJECT (fixed by rcu_safe_field): a sleepable program has no RCU section of itself
// kernel 6.12: R1 must be a rcu pointer
SEC("lsm.s/file_open")
int BPF_PROG(rcu_no_section, struct file *file)
{
	struct task_struct *task = bpf_get_current_task_btf(), *held;

	// rejected: real_parent may be freed any time
	held = bpf_task_acquire(task->real_parent);
	if (held)
		bpf_task_release(held);
	return 0;
}

// ACCEPT: the same with a section
SEC("lsm.s/file_open")
int BPF_PROG(rcu_section, struct file *file)
{
	struct task_struct *task = bpf_get_current_task_btf(), *held;

	bpf_rcu_read_lock();
	held = bpf_task_acquire(task->real_parent);
	bpf_rcu_read_unlock();
	if (held)
		bpf_task_release(held);
	return 0;
}

// REJECT (fixed by rcu_section): the pointer does not outlive the section
// kernel 6.12: R1 must be a rcu pointer
SEC("lsm.s/file_open")
int BPF_PROG(rcu_after_section, struct file *file)
{
	struct task_struct *task = bpf_get_current_task_btf(), *parent, *held;

	bpf_rcu_read_lock();
	parent = task->real_parent;
	bpf_rcu_read_unlock();
	// rejected: the section is over
	held = bpf_task_acquire(parent);
	if (held)
		bpf_task_release(held);
	return 0;
}

// REJECT (fixed by rcu_safe_field): a field no table names
// kernel 6.12: R1 must be a rcu pointer
SEC("tp_btf/task_newtask")
int BPF_PROG(rcu_unsafe_field, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held;

	bpf_rcu_read_lock();
	// rejected: last_wakee is not an RCU pointer
	held = bpf_task_acquire(task->last_wakee);
	bpf_rcu_read_unlock();
	if (held)
		bpf_task_release(held);
	return 0;
}

// ACCEPT: two steps, each named: task->cgroups->dfl_cgrp
SEC("tp_btf/task_newtask")
int BPF_PROG(rcu_two_steps, struct task_struct *task, u64 clone_flags)
{
	struct cgroup *cgrp;

	bpf_rcu_read_lock();
	cgrp = bpf_cgroup_acquire(task->cgroups->dfl_cgrp);
	bpf_rcu_read_unlock();
	if (cgrp)
		bpf_cgroup_release(cgrp);
	return 0;
}

// REJECT (fixed by rcu_two_steps): a KF_RCU acquire should be KF_RET_NULL: the count may have been zero
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("tp_btf/task_newtask")
int BPF_PROG(rcu_acquire_unchecked, struct task_struct *task, u64 clone_flags)
{
	struct cgroup *cgrp;

	bpf_rcu_read_lock();
	cgrp = bpf_cgroup_acquire(task->cgroups->dfl_cgrp);
	bpf_rcu_read_unlock();
	// rejected: the acquire may have failed
	bpf_cgroup_release(cgrp);
	return 0;
}
