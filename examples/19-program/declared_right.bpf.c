// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 3. kfunc lifecycle expectations
// A kfunc declared as the kernel has it.
#include "example.h"

int first;

bool bpf_cpumask_full(const struct cpumask *cpumask) __ksym;

// ACCEPT: the same kinds in the same order
SEC("tp_btf/task_newtask")
int BPF_PROG(every_cpu, struct task_struct *task, u64 flags)
{
	if (bpf_cpumask_full(task->cpus_ptr))
		first = task->pid;
	return 0;
}
