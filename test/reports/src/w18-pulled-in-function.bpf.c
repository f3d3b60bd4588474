// Cilium#8250 and tc questions: the packet is pulled in a function of its own, and what was found before is read after it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
__u64 syns;

static __noinline int make_linear(struct __sk_buff *skb, __u32 len)
{
	if (skb->len < len)
		return -1;
	return bpf_skb_pull_data(skb, len);
}

SEC("tc")
int count_syn(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *data_end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);

	if ((void *)(ip + 1) > data_end)
		return 0;
	if (eth->h_proto != bpf_htons(0x0800) || ip->protocol != 6)
		return 0;
	if (make_linear(skb, sizeof(*eth) + sizeof(*ip) + sizeof(*tcp)))
		return 0;
	if (ip->ttl < 2 || (void *)(tcp + 1) > data_end)
		return 0;
	if (tcp->syn)
		syns++;
	return 0;
}
char _license[] SEC("license") = "GPL";
