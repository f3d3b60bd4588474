// eunomia bpf-developer-tutorial#158: TCP header of variable length copied byte by byte
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} rb SEC(".maps");

SEC("xdp")
int dump(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct tcphdr *tcp;
	unsigned char *out;
	int i, n;

	if ((void *)(ip + 1) > end || ip->protocol != 6)
		return XDP_PASS;
	tcp = (void *)ip + ip->ihl * 4;
	if ((void *)(tcp + 1) > end)
		return XDP_PASS;
	n = tcp->doff * 4;
	if (n < 20 || n > 32)
		return XDP_PASS;
	out = bpf_ringbuf_reserve(&rb, 32, 0);
	if (!out)
		return XDP_PASS;
	for (i = 0; i < n; i++)
		out[i] = ((unsigned char *)tcp)[i];
	bpf_ringbuf_submit(out, 0);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
