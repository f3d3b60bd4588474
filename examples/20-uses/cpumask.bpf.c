// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4.3 struct cpumask * kfuncs
// The shortest correct use of each.
#include "example.h"

u32 bpf_cpumask_any_distribute(const struct cpumask *cpumask) __ksym;
u32 bpf_cpumask_any_and_distribute(const struct cpumask *a, const struct cpumask *b) __ksym;
u32 bpf_cpumask_first_and(const struct cpumask *a, const struct cpumask *b) __ksym;
u32 bpf_cpumask_first_zero(const struct cpumask *cpumask) __ksym;
bool bpf_cpumask_empty(const struct cpumask *cpumask) __ksym;
bool bpf_cpumask_equal(const struct cpumask *a, const struct cpumask *b) __ksym;
bool bpf_cpumask_intersects(const struct cpumask *a, const struct cpumask *b) __ksym;
bool bpf_cpumask_subset(const struct cpumask *a, const struct cpumask *b) __ksym;
void bpf_cpumask_or(struct bpf_cpumask *dst, const struct cpumask *a, const struct cpumask *b) __ksym;
void bpf_cpumask_xor(struct bpf_cpumask *dst, const struct cpumask *a, const struct cpumask *b) __ksym;
void bpf_cpumask_setall(struct bpf_cpumask *cpumask) __ksym;
void bpf_cpumask_clear(struct bpf_cpumask *cpumask) __ksym;
void bpf_cpumask_clear_cpu(u32 cpu, struct bpf_cpumask *cpumask) __ksym;
bool bpf_cpumask_test_and_set_cpu(u32 cpu, struct bpf_cpumask *cpumask) __ksym;
bool bpf_cpumask_test_and_clear_cpu(u32 cpu, struct bpf_cpumask *cpumask) __ksym;

int answer;

// ACCEPT: a second reference to a mask of one's own
SEC("tp_btf/task_newtask")
int BPF_PROG(mask_share, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create(), *same;

	if (!mask)
		return 0;
	same = bpf_cpumask_acquire(mask);
	bpf_cpumask_release(same);
	bpf_cpumask_release(mask);
	return 0;
}

// ACCEPT: masks are combined into one of the program's own; what is combined may be the task's
SEC("tp_btf/task_newtask")
int BPF_PROG(mask_combine, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();

	if (!mask)
		return 0;
	bpf_cpumask_and(mask, (struct cpumask *)mask, task->cpus_ptr);
	bpf_cpumask_or(mask, (struct cpumask *)mask, task->cpus_ptr);
	bpf_cpumask_xor(mask, (struct cpumask *)mask, task->cpus_ptr);
	bpf_cpumask_release(mask);
	return 0;
}

// ACCEPT: all CPUs, then none
SEC("tp_btf/task_newtask")
int BPF_PROG(mask_fill, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();

	if (!mask)
		return 0;
	bpf_cpumask_setall(mask);
	bpf_cpumask_clear(mask);
	bpf_cpumask_release(mask);
	return 0;
}

// ACCEPT: one CPU at a time
SEC("tp_btf/task_newtask")
int BPF_PROG(mask_toggle, struct task_struct *task, u64 clone_flags)
{
	struct bpf_cpumask *mask = bpf_cpumask_create();

	if (!mask)
		return 0;
	if (!bpf_cpumask_test_and_set_cpu(0, mask))
		bpf_cpumask_clear_cpu(1, mask);
	bpf_cpumask_test_and_clear_cpu(0, mask);
	bpf_cpumask_release(mask);
	return 0;
}

// ACCEPT: one CPU of a mask
SEC("tp_btf/task_newtask")
int BPF_PROG(mask_pick, struct task_struct *task, u64 clone_flags)
{
	answer = bpf_cpumask_any_distribute(task->cpus_ptr);
	answer += bpf_cpumask_first_zero(task->cpus_ptr);
	return 0;
}

// ACCEPT: one CPU that is in both
SEC("tp_btf/task_newtask")
int BPF_PROG(mask_pick_of_two, struct task_struct *task, u64 clone_flags)
{
	answer = bpf_cpumask_any_and_distribute(task->cpus_ptr, task->cpus_ptr);
	answer += bpf_cpumask_first_and(task->cpus_ptr, task->cpus_ptr);
	return 0;
}

// ACCEPT: questions of two masks
SEC("tp_btf/task_newtask")
int BPF_PROG(mask_compare, struct task_struct *task, u64 clone_flags)
{
	if (bpf_cpumask_empty(task->cpus_ptr))
		return 0;
	answer = bpf_cpumask_equal(task->cpus_ptr, task->cpus_ptr);
	answer += bpf_cpumask_intersects(task->cpus_ptr, task->cpus_ptr);
	answer += bpf_cpumask_subset(task->cpus_ptr, task->cpus_ptr);
	return 0;
}
