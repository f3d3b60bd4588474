// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.6 KF_DESTRUCTIVE flag
// Only CAP_SYS_BOOT is asked for; the oracle's root has it.
#include "example.h"

// ACCEPT: with CAP_SYS_BOOT (never run this)
SEC("tp_btf/task_newtask")
int BPF_PROG(destructive, struct task_struct *task, u64 clone_flags)
{
	if (clone_flags == 0x6b66756e6373)
		crash_kexec(NULL);
	return 0;
}

// REJECT (fixed by destructive): being destructive does not lift the other rules
SEC("tp_btf/task_newtask")
int BPF_PROG(destructive_wrong_type, struct task_struct *task, u64 clone_flags)
{
	// rejected: a task is not struct pt_regs
	crash_kexec((void *)task);
	return 0;
}
