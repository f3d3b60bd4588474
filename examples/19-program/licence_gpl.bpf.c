// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 1. Introduction
// An object whose licence is "Dual BSD/GPL".
#define LICENSE "Dual BSD/GPL"
#include "example.h"

int seen;

// ACCEPT: such a licence
SEC("tp_btf/task_newtask")
int BPF_PROG(read_under_rcu_gpl, struct task_struct *task, u64 flags)
{
	bpf_rcu_read_lock();
	seen = task->real_parent->pid;
	bpf_rcu_read_unlock();
	return 0;
}
