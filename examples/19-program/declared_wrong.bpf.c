// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 3. kfunc lifecycle expectations
// A kfunc declared otherwise than the kernel has it.
#include "example.h"

int first;

bool bpf_cpumask_full(u64 cpumask) __ksym;

// REJECT (fixed by declared_right:every_cpu): the kernel's takes a pointer
// kernel 6.12: extern (func ksym) 'bpf_cpumask_full': func_proto [15] incompatible with vmlinux [34782]
SEC("tp_btf/task_newtask")
int BPF_PROG(every_cpu_by_number, struct task_struct *task, u64 flags)
{
	if (bpf_cpumask_full((u64)task->cpus_ptr))
		first = task->pid;
	return 0;
}
