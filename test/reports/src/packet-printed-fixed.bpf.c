// StackOverflow: bytes of the packet are printed with %s
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("xdp")
int show(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	char text[8] = {};
	int i;

	for (i = 0; i < 8; i++) {
		if (data + 54 + i + 1 > end)
			return XDP_PASS;
		text[i] = data[54 + i];
	}
	bpf_printk("%s", text);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
