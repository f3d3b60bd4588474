// bpf list, "nested rcu read lock": a function opens the section that its caller has opened
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
__u64 orphans, children;

static __noinline int tgid_of_parent(struct task_struct *task)
{
	struct task_struct *parent;
	int tgid = 0;

	bpf_rcu_read_lock();
	parent = task->real_parent;
	if (parent)
		tgid = parent->tgid;
	bpf_rcu_read_unlock();
	return tgid;
}

SEC("lsm.s/bprm_committed_creds")
void BPF_PROG(on_exec, struct linux_binprm *bprm)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct css_set *set;

	bpf_rcu_read_lock();
	set = task->cgroups;
	if (set && set->dfl_cgrp->level > 1) {
		if (tgid_of_parent(task) == 1)
			orphans++;
		else
			children++;
	}
	bpf_rcu_read_unlock();
}
char _license[] SEC("license") = "GPL";
