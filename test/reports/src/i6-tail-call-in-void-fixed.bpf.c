// cilium/ebpf#…: a tail call in a function of its own that returns nothing
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} stages SEC(".maps");

static __attribute__((noinline)) int next_stage(struct __sk_buff *skb, __u32 stage)
{
	if (stage < 8)
		bpf_tail_call(skb, &stages, stage);
	return 0;
}

SEC("tc")
int classify(struct __sk_buff *skb)
{
	next_stage(skb, skb->mark);
	next_stage(skb, skb->priority);
	return 0;
}
char _license[] SEC("license") = "GPL";
