// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4 Annotating kfuncs
// The open-coded iterators: task, css, css_task, bits, task_vma.
#include "example.h"

u64 seen;
u64 words[2];

// ACCEPT: all tasks; the element is trusted in the section
SEC("tp_btf/task_newtask")
int BPF_PROG(iter_tasks, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *pos, *held;
	struct bpf_iter_task it;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, NULL, 0);
	while ((pos = bpf_iter_task_next(&it))) {
		held = bpf_task_acquire(pos);
		if (held)
			bpf_task_release(held);
	}
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by iter_tasks): a reference per turn
// kernel 6.12: Unreleased reference id=4 alloc_insn=11
SEC("tp_btf/task_newtask")
int BPF_PROG(iter_tasks_leak, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *pos, *held;
	struct bpf_iter_task it;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, NULL, 0);
	pos = bpf_iter_task_next(&it);
	if (pos) {
		held = bpf_task_acquire(pos);
		if (held)
			seen++;
	}
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	// rejected: held is leaked
	return 0;
}

// ACCEPT: the children of a cgroup
SEC("lsm.s/file_open")
int BPF_PROG(iter_css, struct file *file)
{
	struct cgroup *root = bpf_cgroup_from_id(1);
	struct bpf_iter_css it;

	if (!root)
		return 0;
	bpf_rcu_read_lock();
	bpf_iter_css_new(&it, &root->self, 0);
	while (bpf_iter_css_next(&it))
		seen++;
	bpf_iter_css_destroy(&it);
	bpf_rcu_read_unlock();
	bpf_cgroup_release(root);
	return 0;
}

// REJECT (fixed by iter_css): css iteration is for RCU sections
// kernel 6.12: expected an RCU CS when using bpf_iter_css_next
SEC("lsm.s/file_open")
int BPF_PROG(iter_css_no_section, struct file *file)
{
	struct cgroup *root = bpf_cgroup_from_id(1);
	struct bpf_iter_css it;

	if (!root)
		return 0;
	bpf_iter_css_new(&it, &root->self, 0);
	// rejected: no RCU section
	while (bpf_iter_css_next(&it))
		seen++;
	bpf_iter_css_destroy(&it);
	bpf_cgroup_release(root);
	return 0;
}

// ACCEPT: tasks of a cgroup: sleepable LSM programs or iterators only
SEC("lsm.s/file_open")
int BPF_PROG(iter_css_tasks, struct file *file)
{
	struct cgroup *root = bpf_cgroup_from_id(1);
	struct bpf_iter_css_task it;

	if (!root)
		return 0;
	bpf_iter_css_task_new(&it, &root->self, 0);
	while (bpf_iter_css_task_next(&it))
		seen++;
	bpf_iter_css_task_destroy(&it);
	bpf_cgroup_release(root);
	return 0;
}

// REJECT (fixed by iter_css_tasks): not in a tracepoint
// kernel 6.12: css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(iter_css_tasks_tracepoint, struct cgroup *cgrp, const char *path)
{
	struct bpf_iter_css_task it;

	// rejected: css_set_lock could be held here
	bpf_iter_css_task_new(&it, &cgrp->self, 0);
	while (bpf_iter_css_task_next(&it))
		seen++;
	bpf_iter_css_task_destroy(&it);
	return 0;
}

// ACCEPT: the bits of two words
SEC("tc")
int iter_bits(struct __sk_buff *skb)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_new(&it, words, 2);
	while (bpf_iter_bits_next(&it))
		seen++;
	bpf_iter_bits_destroy(&it);
	return 0;
}

// REJECT (fixed by iter_bits): not destroyed
// kernel 6.12: Unreleased reference id=1 alloc_insn=6
SEC("tc")
int iter_bits_leak(struct __sk_buff *skb)
{
	struct bpf_iter_bits it;

	bpf_iter_bits_new(&it, words, 2);
	while (bpf_iter_bits_next(&it))
		seen++;
	// rejected: no destroy
	return 0;
}

// ACCEPT: the mappings of a task
SEC("tp_btf/task_newtask")
int BPF_PROG(iter_vmas, struct task_struct *task, u64 clone_flags)
{
	struct bpf_iter_task_vma it;
	struct vm_area_struct *vma;

	bpf_iter_task_vma_new(&it, task, 0);
	while ((vma = bpf_iter_task_vma_next(&it)))
		seen = vma->vm_end;
	bpf_iter_task_vma_destroy(&it);
	return 0;
}

// REJECT (fixed by iter_vmas): the task must be trusted or RCU-protected
// kernel 6.12: R2 must be a rcu pointer
SEC("tp_btf/task_newtask")
int BPF_PROG(iter_vmas_walked, struct task_struct *task, u64 clone_flags)
{
	struct bpf_iter_task_vma it;
	struct vm_area_struct *vma;

	// rejected: last_wakee may be gone
	bpf_iter_task_vma_new(&it, task->last_wakee, 0);
	while ((vma = bpf_iter_task_vma_next(&it)))
		seen = vma->vm_end;
	bpf_iter_task_vma_destroy(&it);
	return 0;
}

// ACCEPT: the mapping is read, never trusted: a stale one reads as garbage, it does not fault
SEC("tp_btf/task_newtask")
int BPF_PROG(iter_vmas_after, struct task_struct *task, u64 clone_flags)
{
	struct bpf_iter_task_vma it;
	struct vm_area_struct *vma;

	bpf_iter_task_vma_new(&it, task, 0);
	vma = bpf_iter_task_vma_next(&it);
	bpf_iter_task_vma_destroy(&it);
	if (vma)
		seen = vma->vm_end;
	return 0;
}

// REJECT (fixed by iter_vmas): read, not written
// kernel 6.12: only read is supported
SEC("tp_btf/task_newtask")
int BPF_PROG(iter_vmas_write, struct task_struct *task, u64 clone_flags)
{
	struct bpf_iter_task_vma it;
	struct vm_area_struct *vma;

	bpf_iter_task_vma_new(&it, task, 0);
	while ((vma = bpf_iter_task_vma_next(&it)))
		// rejected: kernel memory is read-only
		*(volatile unsigned long *)&vma->vm_end = 0;
	bpf_iter_task_vma_destroy(&it);
	return 0;
}
