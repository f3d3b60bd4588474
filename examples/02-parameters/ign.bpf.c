// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2 Annotating kfunc parameters
// __ign: the verifier does not look at the argument.
#include "example.h"

// ACCEPT: any scalar may stand where __ign is (bpf_rdonly_cast's first)
SEC("tp_btf/task_newtask")
int BPF_PROG(ign_pointer, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *p = bpf_rdonly_cast((void *)clone_flags, bpf_core_type_id_kernel(struct task_struct));

	return p->pid;
}

// REJECT (fixed by ign_pointer): ignored, yet it must be initialized: the second argument is not ignored
// kernel 6.12: R2 must be a known constant
SEC("tp_btf/task_newtask")
int BPF_PROG(ign_only_first, struct task_struct *task, u64 clone_flags)
{
	// rejected: the type must be a constant
	struct task_struct *p = bpf_rdonly_cast(task, clone_flags);

	return p->pid;
}

u64 seen;

// ACCEPT: the pointer is ignored, the kfunc itself reads it with care
SEC("tp_btf/task_newtask")
int BPF_PROG(ign_bits, struct task_struct *task, u64 clone_flags)
{
	struct bpf_iter_bits it;
	int *bit;

	bpf_iter_bits_new(&it, (u64 *)clone_flags, 1);
	while ((bit = bpf_iter_bits_next(&it)))
		seen++;
	bpf_iter_bits_destroy(&it);
	return 0;
}

// REJECT (fixed by ign_bits): the program itself may not follow such a number
// kernel 6.12: R1 invalid mem access 'scalar'
SEC("tp_btf/task_newtask")
int BPF_PROG(ign_deref, struct task_struct *task, u64 clone_flags)
{
	// rejected: a number is not a pointer
	return *(u64 *)clone_flags != 0;
}
