// xdp-newbies: the whole payload was compared, and each byte of it is read
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 sum;

SEC("xdp")
int add(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct udphdr *udp = data + 34;
	__u8 *payload = (void *)(udp + 1);
	__u32 i, len;

	if ((void *)(udp + 1) > end)
		return XDP_PASS;
	len = bpf_ntohs(udp->len) & 511;
	if (payload + len > (__u8 *)end)
		return XDP_PASS;
	for (i = 0; i < 512; i++) {
		if (i >= len)
			break;
		sum += payload[i];
	}
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
