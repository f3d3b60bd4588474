// scx#317: a helper that programs of this type may not call
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char buf[16];

SEC("xdp")
int peek(struct xdp_md *ctx)
{
	bpf_get_stack(ctx, buf, sizeof(buf), 0);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
