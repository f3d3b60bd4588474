// bpf-developer-tutorial#158: bytes of a header are copied in a loop
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#define ETH_P_IP 0x0800

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} headers SEC(".maps");

SEC("xdp")
int dump(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__u8 *tcp, *space;
	int i;

	if ((void *)(ip + 1) > data_end || ip->ihl < 5)
		return XDP_PASS;
	tcp = (void *)ip + ip->ihl * 4;
	if (tcp + 20 > (__u8 *)data_end)
		return XDP_PASS;
	space = bpf_ringbuf_reserve(&headers, 32, 0);
	if (!space)
		return XDP_PASS;
	for (i = 0; i < 32; i++)
		space[i] = tcp[i];
	bpf_ringbuf_submit(space, 0);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
