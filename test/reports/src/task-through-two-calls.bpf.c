// StackOverflow, "R1 must be a rcu pointer": a task that a global function is given
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern struct cgroup *bpf_task_get_cgroup1(struct task_struct *task, int hierarchy_id) __ksym;
extern void bpf_cgroup_release(struct cgroup *cgrp) __ksym;
__u64 found;

__noinline int has_group(struct task_struct *task)
{
	struct cgroup *cgrp;

	if (!task)
		return 0;
	cgrp = bpf_task_get_cgroup1(task, 1);
	if (!cgrp)
		return 0;
	bpf_cgroup_release(cgrp);
	return 1;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *p)
{
	found += has_group(p);
	return 0;
}
char _license[] SEC("license") = "GPL";
