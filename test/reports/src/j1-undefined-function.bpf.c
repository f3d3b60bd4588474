// libbpf-bootstrap#…: a function of another file is called, which was never linked in
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
extern int parse_header(void *data, void *data_end);

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	return parse_header((void *)(long)ctx->data, (void *)(long)ctx->data_end) ? XDP_DROP : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
