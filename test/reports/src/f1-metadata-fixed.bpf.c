// xdp-tutorial: metadata before a packet is compared with the packet’s end, mended as advised
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct meta {
	__u32 mark;
};

SEC("xdp")
int mark(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	struct meta *meta = (void *)(long)ctx->data_meta;

	if ((void *)meta + 4 > data)
		return XDP_PASS;
	return meta->mark ? XDP_DROP : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
