// netfilter programs: the header of a packet is read through skb->data
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr__uninit) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *ptr, __u32 offset, void *buffer, __u32 buffer__szk) __ksym;
__u64 tcp;

SEC("netfilter")
int count(struct bpf_nf_ctx *ctx)
{
	struct sk_buff *skb = ctx->skb;
	struct iphdr *ip, copy;
	struct bpf_dynptr ptr;

	if (bpf_dynptr_from_skb((struct __sk_buff *)skb, 0, &ptr))
		return 1;
	ip = bpf_dynptr_slice(&ptr, 0, &copy, sizeof(copy));
	if (!ip)
		return 1;

	if (ip->protocol == 6)
		tcp++;
	return 1;
}
char _license[] SEC("license") = "GPL";
