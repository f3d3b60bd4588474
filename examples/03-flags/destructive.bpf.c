// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.6 KF_DESTRUCTIVE flag
// Only CAP_SYS_BOOT is asked for. crash_kexec() is the kernel's destructive kfunc;
// a distribution may build without it, so it is weak here. The flag itself is
// exercised on the test module's kfunc in testmod/.
#include "example.h"

struct pt_regs;
void crash_kexec___weak(struct pt_regs *regs) __ksym __weak;

// ACCEPT: asked for first (with CAP_SYS_BOOT where it exists)
SEC("tp_btf/task_newtask")
int BPF_PROG(destructive_guarded, struct task_struct *task, u64 clone_flags)
{
	if (bpf_ksym_exists(crash_kexec___weak) && clone_flags == 0x6b66756e6373)
		crash_kexec___weak(NULL);
	return 0;
}

// REJECT (fixed by destructive_guarded): this kernel has no such kfunc
SEC("tp_btf/task_newtask")
int BPF_PROG(destructive_unguarded, struct task_struct *task, u64 clone_flags)
{
	// rejected: not in this kernel
	crash_kexec___weak(NULL);
	return 0;
}
