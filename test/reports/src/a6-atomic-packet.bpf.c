// xdp: __sync_fetch_and_add() on the packet
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

SEC("xdp")
int bump(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + 8 > end)
		return XDP_PASS;
	__sync_fetch_and_add((__u32 *)data, 1);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
