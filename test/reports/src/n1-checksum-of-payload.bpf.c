// xdp-tutorial questions: the checksum of a payload whose length varies
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
__s64 sum;

SEC("xdp")
int check(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__u32 len;

	if ((void *)(ip + 1) > data_end)
		return XDP_PASS;
	len = bpf_ntohs(ip->tot_len) & 508;
	sum = bpf_csum_diff(0, 0, (__be32 *)ip, len, 0);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
