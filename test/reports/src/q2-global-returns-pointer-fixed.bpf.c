// xdp-tools#…, cilium/ebpf questions: a parser that is global returns a pointer
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u8 protocol;

static __attribute__((noinline)) struct iphdr *find_ip(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);

	return (void *)(ip + 1) > data_end ? 0 : ip;
}

SEC("xdp")
int parse(struct xdp_md *ctx)
{
	struct iphdr *ip = find_ip(ctx);

	if (ip)
		protocol = ip->protocol;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
