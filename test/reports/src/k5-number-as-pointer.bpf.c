// cilium/ebpf#2103: a global function with a void pointer is called with a number
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

__attribute__((noinline)) int chosen(void *p)
{
	return (long)p != 0;
}

SEC("xdp")
int entry(struct xdp_md *ctx)
{
	return chosen((void *)(long)(ctx->rx_queue_index & 3)) ? XDP_PASS : XDP_DROP;
}
char _license[] SEC("license") = "GPL";
