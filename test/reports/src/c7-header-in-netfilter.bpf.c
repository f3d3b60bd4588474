// netfilter programs: the header of a packet is read through skb->data
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 tcp;

SEC("netfilter")
int count(struct bpf_nf_ctx *ctx)
{
	struct sk_buff *skb = ctx->skb;
	struct iphdr *ip = (void *)skb->data;

	if (ip->protocol == 6)
		tcp++;
	return 1;
}
char _license[] SEC("license") = "GPL";
