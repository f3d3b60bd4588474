// scx questions (7.3): what another CPU counted
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct tally {
	__u64 n;
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tally);
} tallies SEC(".maps");

SEC("struct_ops/demo_enqueue")
void BPF_PROG(demo_enqueue, struct task_struct *p, u64 enq_flags)
{
	__u32 zero = 0;
	struct tally *t = bpf_map_lookup_percpu_elem(&tallies, &zero, 3);

	if (t->n > 10)
		p->scx.slice = 1000000;
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.enqueue = (void *)demo_enqueue,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
