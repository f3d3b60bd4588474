// scx_rustland, scx_userland: the task of a pid from user space is handed on without asking whether it still is there (7.3)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern void scx_bpf_dsq_insert(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 enq_flags) __ksym;
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 4096);
	__type(value, __s32);
} chosen SEC(".maps");

static void dispatch_next(__s32 pid)
{
	struct task_struct *p;

	p = bpf_task_from_pid(pid);
	scx_bpf_dsq_insert(p, SCX_DSQ_GLOBAL, SCX_SLICE_DFL, 0);
	bpf_task_release(p);
}

SEC("struct_ops/demo_dispatch")
void BPF_PROG(demo_dispatch, __s32 cpu, struct task_struct *prev)
{
	__s32 pid;

	if (bpf_map_pop_elem(&chosen, &pid))
		return;
	dispatch_next(pid);
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.dispatch = (void *)demo_dispatch,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
