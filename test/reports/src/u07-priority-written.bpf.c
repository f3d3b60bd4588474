// sched-ext discussions: a scheduler writes a field of the task that is not its own (7.3)
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern void scx_bpf_dsq_insert(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 enq_flags) __ksym;
const volatile __u64 slice_ns = 5000000;

SEC("struct_ops/demo_enqueue")
void BPF_PROG(demo_enqueue, struct task_struct *p, __u64 enq_flags)
{
	if (p->flags & 0x00200000)
		p->static_prio = 100;
	p->scx.slice = slice_ns;
	scx_bpf_dsq_insert(p, SCX_DSQ_GLOBAL, slice_ns, enq_flags);
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.enqueue = (void *)demo_enqueue,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
