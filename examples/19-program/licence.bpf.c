// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 1. Introduction
// An object whose licence is "Apache-2.0".
#define LICENSE "Apache-2.0"
#include "example.h"

int seen;

// REJECT (fixed by licence_gpl:read_under_rcu_gpl): kfuncs are for programs under a licence that goes with the GPL
// kernel 6.12: cannot call kernel function from non-GPL compatible program
SEC("tp_btf/task_newtask")
int BPF_PROG(read_under_rcu, struct task_struct *task, u64 flags)
{
	bpf_rcu_read_lock();
	seen = task->real_parent->pid;
	bpf_rcu_read_unlock();
	return 0;
}
