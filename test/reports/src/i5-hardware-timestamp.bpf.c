// xdp-project/bpf-examples#118: hardware timestamps in an XDP program that is bound to no device
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
__u64 latest;

SEC("xdp")
int stamp(struct xdp_md *ctx)
{
	__u64 at;

	if (!bpf_xdp_metadata_rx_timestamp(ctx, &at))
		latest = at;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
