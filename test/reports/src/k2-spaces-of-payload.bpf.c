// bmc-cache#10: a loop over the payload whose bound the compiler made an equality
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#define MOST 1500
__u64 requests;

SEC("xdp")
int skip_spaces(struct xdp_md *ctx)
{
	char *data_end = (char *)(long)ctx->data_end;
	char *payload = (char *)(long)ctx->data + 50;
	unsigned int off;

	if (payload + 4 > data_end)
		return XDP_PASS;
	for (off = 4; off < MOST && payload + off + 1 <= data_end && payload[off] == ' '; off++)
		;
	if (payload[off] == 'k')
		requests++;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
