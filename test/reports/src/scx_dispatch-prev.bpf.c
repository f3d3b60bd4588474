// sched_ext#121: .dispatch has no previous task when the CPU was idle
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
SEC("struct_ops/keep_dispatch")
void BPF_PROG(keep_dispatch, s32 cpu, struct task_struct *prev)
{
	if (prev->scx.flags & SCX_TASK_QUEUED)
		prev->scx.slice = 20000000;
}

SEC(".struct_ops.link")
struct sched_ext_ops keep = {
	.dispatch = (void *)keep_dispatch,
	.name = "keep",
};
char _license[] SEC("license") = "GPL";
