// netfilter list: headers are loaded as in tc
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 udp;

SEC("netfilter")
int count(struct bpf_nf_ctx *ctx)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(ctx->skb, 0, &ip, sizeof(ip)))
		return 1;
	udp += ip.protocol == 17;
	return 1;
}
char _license[] SEC("license") = "GPL";
