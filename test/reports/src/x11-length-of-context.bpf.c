// StackOverflow, "invalid access to packet": skb->len is compared in the place of the pointers
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
__u64 icmp;

SEC("tc")
int count_icmp(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);

	if (skb->len < sizeof(*eth) + sizeof(*ip))
		return 0;
	if (eth->h_proto == bpf_htons(0x0800) && ip->protocol == 1)
		icmp++;
	return 0;
}
char _license[] SEC("license") = "GPL";
