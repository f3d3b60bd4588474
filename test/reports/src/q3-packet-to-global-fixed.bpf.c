// katran#…, xdp-tutorial: a function with data and data_end is not static
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u64 tcp;

static __attribute__((noinline)) int is_tcp(void *data, void *data_end)
{
	struct iphdr *ip = data + sizeof(struct ethhdr);

	if ((void *)(ip + 1) > data_end)
		return 0;
	return ip->protocol == IPPROTO_TCP;
}

SEC("xdp")
int parse(struct xdp_md *ctx)
{
	if (is_tcp((void *)(long)ctx->data, (void *)(long)ctx->data_end))
		tcp++;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
