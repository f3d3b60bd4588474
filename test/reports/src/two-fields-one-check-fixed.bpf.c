// xdp-newbies: the comparison is of sizeof(*eth), the pointer
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 v4;

SEC("xdp")
int count(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	if (data + sizeof(*eth) > end)
		return XDP_PASS;
	v4 += eth->h_proto == bpf_htons(0x800);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
