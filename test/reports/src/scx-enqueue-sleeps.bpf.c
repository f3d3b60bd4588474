// scx questions (7.3): .enqueue is SEC("struct_ops.s/…") like .init
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern void scx_bpf_dsq_insert(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 enq_flags) __ksym __weak;

SEC("struct_ops.s/demo_enqueue")
void BPF_PROG(demo_enqueue, struct task_struct *p, __u64 enq_flags)
{
	p->scx.slice = 5000000;
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.enqueue = (void *)demo_enqueue,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
