// Cilium, IPv6 extension headers: the next header is found by a length that the packet gives
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
__u64 fragments;

SEC("tc")
int count_fragments(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *data_end = (void *)(long)skb->data_end;
	struct ipv6hdr *ip6 = data + sizeof(struct ethhdr);
	struct ipv6_opt_hdr *opt = (void *)(ip6 + 1);
	__u8 next;
	int i;

	if ((void *)(ip6 + 1) > data_end)
		return 0;
	next = ip6->nexthdr;
	for (i = 0; i < 4; i++) {
		if (next == 44) {
			fragments++;
			return 0;
		}
		if (next != 0 && next != 60 && next != 43)
			return 0;
		next = opt->nexthdr;
		opt = (void *)opt + (opt->hdrlen + 1) * 8;
		if ((void *)(opt + 1) > data_end)
			return 0;
	}
	return 0;
}
char _license[] SEC("license") = "GPL";
