// StackOverflow: what was written for tc is moved to XDP
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

SEC("xdp")
int mark(struct xdp_md *ctx)
{
	__u8 tos = 0x10;

	bpf_skb_store_bytes((void *)ctx, 15, &tos, sizeof(tos), 0);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
