// xdp-tutorial discussions: the context's 32-bit fields are compared as they are
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
__u64 bytes;

SEC("xdp")
int measure(struct xdp_md *ctx)
{
	if (ctx->data + sizeof(struct ethhdr) + 4 > ctx->data_end)
		return XDP_PASS;
	__u32 at = ctx->data + 12;

	bytes += *(__u8 *)(long)at;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
