// Cilium's and others' shared headers: a global function for tc is called from XDP
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 marked;

__noinline int classify(struct __sk_buff *skb __arg_ctx, int kind)
{
	if (skb->len > 1000 && kind == 1)
		marked++;
	return 0;
}

SEC("xdp")
int early(struct xdp_md *ctx)
{
	classify((void *)ctx, 1);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
