// kernel-patches#6321: a task goes to a global function
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__noinline int nice_of(struct task_struct *task)
{
	if (!task)
		return 0;
	return task->static_prio - 120;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(forked, struct task_struct *task, u64 flags)
{
	bpf_printk("%d", nice_of(task));
	return 0;
}
char _license[] SEC("license") = "GPL";
