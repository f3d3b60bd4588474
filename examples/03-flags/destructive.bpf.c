// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.6 KF_DESTRUCTIVE flag
// Only CAP_SYS_BOOT is asked for, which the judge has.
#include "example.h"

// ACCEPT: with CAP_SYS_BOOT (never run this); struct pt_regs has 168 bytes on x86-64
SEC("tp_btf/task_newtask")
int BPF_PROG(destructive, struct task_struct *task, u64 clone_flags)
{
	u64 regs[21] = {};

	if (clone_flags == 0x6b66756e6373)
		crash_kexec((void *)regs);
	return 0;
}

// REJECT (fixed by destructive): without __sz the size of the type is used
// kernel 6.12: invalid indirect access to stack R1 off=-160 size=168
SEC("tp_btf/task_newtask")
int BPF_PROG(destructive_small, struct task_struct *task, u64 clone_flags)
{
	u64 regs[20] = {};

	if (clone_flags == 0x6b66756e6373)
		// rejected: eight bytes short of a struct pt_regs
		crash_kexec((void *)regs);
	return 0;
}

// REJECT (fixed by destructive): being destructive does not lift the other rules
// kernel 6.12: kernel function crash_kexec args#0 expected pointer to STRUCT pt_regs but R1 has a pointer to STRUCT task_struct
SEC("tp_btf/task_newtask")
int BPF_PROG(destructive_wrong_type, struct task_struct *task, u64 clone_flags)
{
	// rejected: a task is not struct pt_regs
	crash_kexec((void *)task);
	return 0;
}

// REJECT (fixed by destructive): nor is a number a pointer
// kernel 6.12: R1 type=scalar expected=fp
SEC("xdp")
int destructive_xdp(struct xdp_md *xdp)
{
	// rejected: a number is no registers
	crash_kexec((void *)(long)xdp->rx_queue_index);
	return 2;
}
