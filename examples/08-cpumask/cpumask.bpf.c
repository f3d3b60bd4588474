// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4.3 struct cpumask * kfuncs
#include "example.h"

private(MASK) struct bpf_cpumask __kptr *global;

// ACCEPT: create, set, test, release
SEC("tp_btf/task_newtask")
int BPF_PROG(cpumask_set, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();
	bool set;

	if (!mask)
		return 0;
	bpf_cpumask_set_cpu(0, mask);
	set = bpf_cpumask_test_cpu(0, (struct cpumask *)mask);
	bpf_cpumask_release(mask);
	return set;
}

// REJECT (fixed by cpumask_set): create may fail
// kernel 6.12: Possibly NULL pointer passed to trusted arg1
SEC("tp_btf/task_newtask")
int BPF_PROG(cpumask_unchecked, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();

	// rejected: mask may be NULL
	bpf_cpumask_set_cpu(0, mask);
	bpf_cpumask_release(mask);
	return 0;
}

// REJECT (fixed by cpumask_set): created, never released
// kernel 6.12: Unreleased reference id=2 alloc_insn=0
SEC("tp_btf/task_newtask")
int BPF_PROG(cpumask_leak, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();

	if (!mask)
		return 0;
	bpf_cpumask_set_cpu(0, mask);
	// rejected: mask is still held
	return 0;
}

// ACCEPT: the task's mask may be read
SEC("tp_btf/task_newtask")
int BPF_PROG(cpumask_of_task, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();

	if (!mask)
		return 0;
	bpf_cpumask_copy(mask, task->cpus_ptr);
	bpf_cpumask_release(mask);
	return 0;
}

// REJECT (fixed by cpumask_of_task): and not written
// kernel 6.12: kernel function bpf_cpumask_copy args#0 expected pointer to STRUCT bpf_cpumask but R1 has a pointer to STRUCT cpumask
SEC("tp_btf/task_newtask")
int BPF_PROG(cpumask_into_task, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();

	if (!mask)
		return 0;
	bpf_rcu_read_lock();
	// rejected: the destination must be a bpf_cpumask
	bpf_cpumask_copy((void *)task->cpus_ptr, (struct cpumask *)mask);
	bpf_rcu_read_unlock();
	bpf_cpumask_release(mask);
	return 0;
}

// ACCEPT: kept in a global, used in an RCU section
SEC("tp_btf/task_newtask")
int BPF_PROG(cpumask_kept, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask;
	u32 weight = 0;

	bpf_rcu_read_lock();
	mask = global;
	if (mask)
		weight = bpf_cpumask_weight((struct cpumask *)mask);
	bpf_rcu_read_unlock();
	return weight != 0;
}

// REJECT (fixed by cpumask_kept): the kept mask may be NULL
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("tp_btf/task_newtask")
int BPF_PROG(cpumask_kept_unchecked, struct task_struct *task, u64 clone_flags)
{
	u32 weight;

	bpf_rcu_read_lock();
	// rejected: nothing may be kept
	weight = bpf_cpumask_weight((struct cpumask *)global);
	bpf_rcu_read_unlock();
	return weight != 0;
}

// REJECT (fixed by cpumask_kept): KF_TRUSTED_ARGS asks for more than RCU
// kernel 6.12: R1 must be referenced or trusted
SEC("tp_btf/task_newtask")
int BPF_PROG(cpumask_acquire_rcu, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask, *held = NULL;

	bpf_rcu_read_lock();
	mask = global;
	if (mask)
		// rejected: protected by RCU, but its count may be zero
		held = bpf_cpumask_acquire(mask);
	bpf_rcu_read_unlock();
	if (held)
		bpf_cpumask_release(held);
	return 0;
}
