// xdp-tutorial, StackOverflow: + 1 of a void pointer is one byte
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
__u64 v6;

SEC("xdp")
int count_v6(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	if ((void *)eth + 1 > data_end)
		return XDP_PASS;
	if (eth->h_proto == bpf_htons(0x86dd))
		v6++;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
