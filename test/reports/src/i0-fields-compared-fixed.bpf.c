// xdp-tutorial discussions: the context's 32-bit fields are compared as they are
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
__u64 bytes;

SEC("xdp")
int measure(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;

	if (data + sizeof(struct ethhdr) + 4 > data_end)
		return XDP_PASS;
	bytes += *(__u8 *)(data + 12);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
