// cilium#1620: the length of a record in the packet is a signed number
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct record {
	__s16 len;
	__u16 kind;
};
__u64 kinds;

SEC("xdp")
int walk(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct record *r = data;
	int step;

	if ((void *)(r + 1) > end)
		return XDP_PASS;
	step = r->len;
	if (step < 0)
		return XDP_PASS;
	r = (void *)r + step;
	if ((void *)(r + 1) > end)
		return XDP_PASS;
	kinds += r->kind;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
