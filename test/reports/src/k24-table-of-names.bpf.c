// libbpf-bootstrap discussions: a table of pointers to strings
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
static const char *const methods[] = { "GET", "POST", "HEAD" };
__u64 hits;

SEC("xdp")
int match(struct xdp_md *ctx)
{
	char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int i;

	if (data + 1 > end)
		return XDP_PASS;
	for (i = 0; i < 3; i++) {
		const char *volatile *at = (const char *volatile *)&methods[i];

		if ((*at)[0] == data[0])
			hits++;
	}
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
