// bpf list, bpf_qdisc (7.3): the packet is not wanted, and nothing is done with it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("struct_ops/demo_enqueue")
int BPF_PROG(demo_enqueue, struct sk_buff *skb, struct Qdisc *sch, struct bpf_sk_buff_ptr *to_free)
{
	return 1;
}

SEC("struct_ops/demo_dequeue")
struct sk_buff *BPF_PROG(demo_dequeue, struct Qdisc *sch)
{
	return 0;
}

SEC(".struct_ops")
struct Qdisc_ops demo = {
	.enqueue = (void *)demo_enqueue,
	.dequeue = (void *)demo_dequeue,
	.id = "bpf_demo",
};
char _license[] SEC("license") = "GPL";
