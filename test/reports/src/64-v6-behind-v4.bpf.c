// xdp-tools#267: the check is of an IPv4 header, what is read an IPv6 one
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

SEC("xdp")
int v6(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct ipv6hdr *ip6 = (void *)(eth + 1);

	if ((void *)(ip + 1) > end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(0x86dd) && ip6->daddr.in6_u.u6_addr32[3] == 1)
		return XDP_DROP;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
