// xdp-tutorial: the parser is a function of its own, which gets the pointers
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
static __noinline int kind_of(__u8 *from, void *end, __u32 off)
{
	if (from + 20 > (__u8 *)end)
		return 0;
	return from[20 + (off & 31)];
}
__u64 sacks;

SEC("xdp")
int count(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	sacks += kind_of(data + 34, end, ctx->rx_queue_index) == 5;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
