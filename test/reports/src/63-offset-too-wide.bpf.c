// cbpfc#22, microsoft/ebpf-for-windows#2649: the offset of a packet pointer is not bounded
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

SEC("xdp")
int at(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 off;
	__u8 *p;

	if (data + 4 > end)
		return XDP_PASS;
	off = *(__u32 *)data;
	p = data + off;
	if ((void *)(p + 1) > end)
		return XDP_PASS;
	return *p ? XDP_DROP : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
