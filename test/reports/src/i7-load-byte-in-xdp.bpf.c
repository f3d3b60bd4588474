// bcc#1519: a filter for sockets moved to XDP
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
__u64 tcp;

SEC("xdp")
int count(struct xdp_md *ctx)
{
	if (load_byte(ctx, 23) == IPPROTO_TCP)
		tcp++;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
