// falcosecurity/libs#2118: pointer that RCU guards, read through without a check in an iterator
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
SEC("iter/task")
int parents(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	bpf_printk("%d of %d", task->pid, task->real_parent->pid);
	return 0;
}
char _license[] SEC("license") = "GPL";
