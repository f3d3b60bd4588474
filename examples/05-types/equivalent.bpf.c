// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.6 Specifying no-cast aliases with ___init
// Types that C calls equivalent may stand for each other.
#include "example.h"

// ACCEPT: struct bpf_cpumask begins with a struct cpumask
SEC("tp_btf/task_newtask")
int BPF_PROG(equivalent_first_member, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();
	u32 cpu;

	if (!mask)
		return 0;
	cpu = bpf_cpumask_first((struct cpumask *)mask);
	bpf_cpumask_release(mask);
	return cpu == 0;
}

// REJECT (fixed by equivalent_first_member): not the other way round
// kernel 6.12: kernel function bpf_cpumask_set_cpu args#1 expected pointer to STRUCT bpf_cpumask but R2 has a pointer to STRUCT cpumask
SEC("tp_btf/task_newtask")
int BPF_PROG(equivalent_not_reverse, struct task_struct *task, u64 clone_flags)
{
	bpf_rcu_read_lock();
	// rejected: a kernel cpumask is not a bpf_cpumask
	bpf_cpumask_set_cpu(1, (struct bpf_cpumask *)task->cpus_ptr);
	bpf_rcu_read_unlock();
	return 0;
}

// ACCEPT: the kernel's own cpumask
SEC("tp_btf/task_newtask")
int BPF_PROG(equivalent_same, struct task_struct *task, u64 clone_flags)
{
	return bpf_cpumask_first(task->cpus_ptr) == 0;
}
