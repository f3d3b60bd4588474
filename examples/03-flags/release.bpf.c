// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.3 KF_RELEASE flag
#include "example.h"

// ACCEPT: read first, release last
SEC("tp_btf/task_newtask")
int BPF_PROG(release_last, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);
	int pid;

	if (!held)
		return 0;
	pid = held->pid;
	bpf_task_release(held);
	return pid == 0;
}

// REJECT (fixed by release_last): use after release
// kernel 6.12: R6 invalid mem access 'scalar'
SEC("tp_btf/task_newtask")
int BPF_PROG(release_then_read, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);

	if (!held)
		return 0;
	bpf_task_release(held);
	// rejected: held died with the release
	return held->pid == 0;
}

// REJECT (fixed by release_last): released twice
// kernel 6.12: arg#0 pointer type STRUCT task_struct must point to scalar, or struct with scalar
SEC("tp_btf/task_newtask")
int BPF_PROG(release_twice, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);

	if (!held)
		return 0;
	bpf_task_release(held);
	// rejected: it is gone already
	bpf_task_release(held);
	return 0;
}

// REJECT (fixed by release_last): every copy dies
// kernel 6.12: R6 invalid mem access 'scalar'
SEC("tp_btf/task_newtask")
int BPF_PROG(release_copy, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);
	struct task_struct *copy = held;

	if (!held)
		return 0;
	opaque(copy);
	opaque(held);
	bpf_task_release(held);
	// rejected: the copy died too
	return copy->pid == 0;
}

// REJECT (fixed by release_last): a tracepoint argument is trusted, not referenced
// kernel 6.12: release kernel function bpf_task_release expects refcounted PTR_TO_BTF_ID
SEC("tp_btf/task_newtask")
int BPF_PROG(release_unreferenced, struct task_struct *task, u64 clone_flags)
{
	// rejected: nobody acquired it
	bpf_task_release(task);
	return 0;
}

// REJECT (fixed by release_last): a reference is released as it came
// kernel 6.12: R1 must have zero offset when passed to release func or trusted arg to kfunc
SEC("tp_btf/task_newtask")
int BPF_PROG(release_offset, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);

	if (!held)
		return 0;
	// rejected: eight bytes beside
	bpf_task_release((void *)held + 8);
	return 0;
}

// REJECT (fixed by release_last): the release must be of the same type
// kernel 6.12: kernel function bpf_cgroup_release args#0 expected pointer to STRUCT cgroup but R1 has a pointer to STRUCT task_struct
SEC("tp_btf/task_newtask")
int BPF_PROG(release_by_other, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);

	if (!held)
		return 0;
	// rejected: a task is no cgroup
	bpf_cgroup_release((void *)held);
	return 0;
}

// REJECT (fixed by release_last): what was read through the reference goes with it
// kernel 6.12: R1 must be a rcu pointer
SEC("tp_btf/task_newtask")
int BPF_PROG(release_parent, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);
	struct task_struct *lead;

	if (!held)
		return 0;
	bpf_rcu_read_lock();
	lead = held->group_leader;
	bpf_rcu_read_unlock();
	bpf_task_release(held);
	// rejected: neither referenced nor in an RCU section
	held = bpf_task_acquire(lead);
	if (held)
		bpf_task_release(held);
	return 0;
}
