// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.7 KF_RCU flag
// KF_RCU_PROTECTED: the call itself must be inside an RCU section.
#include "example.h"

u64 seen;

// ACCEPT: the whole iteration is inside one section
SEC("lsm.s/file_open")
int BPF_PROG(protected_iteration, struct file *file)
{
	struct bpf_iter_task it;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, NULL, 0);
	while (bpf_iter_task_next(&it))
		seen++;
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by protected_iteration): no section
// kernel 6.12: expected an RCU CS when using bpf_iter_task_next
SEC("lsm.s/file_open")
int BPF_PROG(protected_no_section, struct file *file)
{
	struct bpf_iter_task it;

	bpf_iter_task_new(&it, NULL, 0);
	// rejected: outside of any RCU section
	while (bpf_iter_task_next(&it))
		seen++;
	bpf_iter_task_destroy(&it);
	return 0;
}

// REJECT (fixed by protected_iteration): the section ended under the iterator
// kernel 6.12: expected an RCU CS when using bpf_iter_task_next
SEC("lsm.s/file_open")
int BPF_PROG(protected_section_ends, struct file *file)
{
	struct bpf_iter_task it;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, NULL, 0);
	bpf_rcu_read_unlock();
	// rejected: the iterator is no longer protected
	while (bpf_iter_task_next(&it))
		seen++;
	bpf_iter_task_destroy(&it);
	return 0;
}
