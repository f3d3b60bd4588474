// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2 Annotating kfunc parameters
// __nullable: NULL is an argument like any other.
#include "example.h"

u64 seen;

// ACCEPT: bpf_iter_task_new's task may be NULL
SEC("tp_btf/task_newtask")
int BPF_PROG(nullable_task, struct task_struct *task, u64 clone_flags)
{
	struct bpf_iter_task it;
	struct task_struct *pos;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, NULL, 0);
	while ((pos = bpf_iter_task_next(&it)))
		seen++;
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by nullable_task): NULL or trusted, nothing between
// kernel 6.12: R2 must be referenced or trusted
SEC("tp_btf/task_newtask")
int BPF_PROG(nullable_walked, struct task_struct *task, u64 clone_flags)
{
	struct bpf_iter_task it;
	struct task_struct *pos;

	bpf_rcu_read_lock();
	// rejected: last_wakee is not known to be valid
	bpf_iter_task_new(&it, task->last_wakee, 0);
	while ((pos = bpf_iter_task_next(&it)))
		seen++;
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by nullable_task): without __nullable NULL is refused
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("tp_btf/task_newtask")
int BPF_PROG(not_nullable, struct task_struct *task, u64 clone_flags)
{
	// rejected: NULL where a task must be
	struct task_struct *t = bpf_task_acquire(NULL);

	if (t)
		bpf_task_release(t);
	return 0;
}
