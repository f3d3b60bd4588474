// cilium/ebpf#2103: a global function with a void pointer is called with a number
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

__attribute__((noinline)) int chosen(long p)
{
	return (long)p != 0;
}

SEC("xdp")
int entry(struct xdp_md *ctx)
{
	return chosen((long)(ctx->rx_queue_index & 3)) ? XDP_PASS : XDP_DROP;
}
char _license[] SEC("license") = "GPL";
