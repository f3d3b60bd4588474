// xdp-tutorial#413: XDP action as index into global data
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

__u64 counts[5];

SEC("xdp")
int stats(struct xdp_md *ctx)
{
	__u32 action = ctx->rx_queue_index;

	counts[action]++;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
