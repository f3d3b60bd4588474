// bpf list, "bpf netfilter verdicts": a hook of netfilter gives another verdict
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#define NF_ACCEPT 1
#define NF_QUEUE 3

SEC("netfilter")
int drop_some(struct bpf_nf_ctx *ctx)
{
	if (ctx->skb->len > 1000)
		return NF_QUEUE;
	return NF_ACCEPT;
}
char _license[] SEC("license") = "GPL";
