// bpf list, "unknown opcode 8d": a table of functions is called through
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
__u64 seen[2];

static __attribute__((noinline)) int on_tcp(struct xdp_md *ctx) { seen[0]++; return XDP_PASS; }
static __attribute__((noinline)) int on_udp(struct xdp_md *ctx) { seen[1]++; return XDP_DROP; }

SEC("xdp")
int handle(struct xdp_md *ctx)
{
	int (*handler)(struct xdp_md *) = ctx->rx_queue_index & 1 ? on_tcp : on_udp;

	return handler(ctx);
}
char _license[] SEC("license") = "GPL";
