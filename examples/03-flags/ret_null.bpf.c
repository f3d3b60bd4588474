// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.2 KF_RET_NULL flag
#include "example.h"

// ACCEPT: checked before it is read
SEC("tp_btf/task_newtask")
int BPF_PROG(ret_null_checked, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = bpf_task_from_pid(1);
	int tgid;

	if (!found)
		return 0;
	tgid = found->tgid;
	bpf_task_release(found);
	return tgid == 0;
}

// REJECT (fixed by ret_null_checked): read before the check
// kernel 6.12: R0 invalid mem access 'ptr_or_null_'
SEC("tp_btf/task_newtask")
int BPF_PROG(ret_null_deref, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = bpf_task_from_pid(1);
	// rejected: found may be NULL here
	int tgid = *(volatile int *)&found->tgid;

	if (!found)
		return 0;
	bpf_task_release(found);
	return tgid == 0;
}

// REJECT (fixed by ret_null_checked): the check is the wrong way round
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("tp_btf/task_newtask")
int BPF_PROG(ret_null_inverted, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *found = bpf_task_from_pid(1);

	if (found)
		return 0;
	// rejected: here found is NULL
	bpf_task_release(found);
	return 0;
}

// REJECT (fixed by ret_null_checked): KF_RET_NULL without KF_ACQUIRE must be checked all the same
// kernel 6.12: R0 invalid mem access 'rdonly_mem_or_null'
SEC("tc")
int ret_null_slice(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	int *data;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	data = bpf_dynptr_slice(&ptr, 0, NULL, sizeof(*data));
	// rejected: data may be NULL here
	return *data;
}
