// xdp-newbies: where a packet goes is asked for in an ordinary XDP program
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
__u64 by_device[64];

SEC("xdp")
int count_out(struct xdp_md *ctx)
{
	__u32 to = ctx->egress_ifindex;

	if (to < 64)
		by_device[to]++;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
