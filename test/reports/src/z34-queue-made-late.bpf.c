// scx questions (7.3): a queue is made where it is first needed
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int scx_bpf_create_dsq(__u64 dsq_id, __s32 node) __ksym;
extern void scx_bpf_dsq_insert(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 enq_flags) __ksym;
int made;

SEC("struct_ops/demo_enqueue")
void BPF_PROG(demo_enqueue, struct task_struct *p, __u64 enq_flags)
{
	if (!made && !scx_bpf_create_dsq(7, -1))
		made = 1;
	scx_bpf_dsq_insert(p, made ? 7 : SCX_DSQ_GLOBAL, 5000000, enq_flags);
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.enqueue = (void *)demo_enqueue,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
