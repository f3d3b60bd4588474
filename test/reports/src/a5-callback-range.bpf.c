// bpf_loop() callback returns a count
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

static long each(__u32 i, void *ctx)
{
	__u64 *sum = ctx;

	*sum += i;
	return *sum;
}

SEC("xdp")
int loop(struct xdp_md *ctx)
{
	__u64 sum = 0;

	bpf_loop(16, each, &sum, 0);
	return sum & 1 ? XDP_PASS : XDP_DROP;
}
char _license[] SEC("license") = "GPL";
