// scx questions (7.3): a task is taken from a queue where one is put in
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern void scx_bpf_dsq_insert(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 enq_flags) __ksym;
extern bool scx_bpf_dsq_move_to_local(__u64 dsq_id) __ksym;
#define SHARED 0

SEC("struct_ops/demo_enqueue")
void BPF_PROG(demo_enqueue, struct task_struct *p, __u64 enq_flags)
{
	scx_bpf_dsq_insert(p, SHARED, 5000000, enq_flags);
	scx_bpf_dsq_move_to_local(SHARED);
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.enqueue = (void *)demo_enqueue,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
