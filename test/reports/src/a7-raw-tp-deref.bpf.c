// bcc/aya: an argument of a raw tracepoint is dereferenced
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

int pid;

SEC("raw_tp/sched_switch")
int sw(struct bpf_raw_tracepoint_args *ctx)
{
	struct task_struct *next = (void *)ctx->args[2];

	pid = next->pid;
	return 0;
}
char _license[] SEC("license") = "GPL";
