// redbpf#58, xdp-tutorial#317: the key on the stack is shorter than the map says
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u64);
	__type(value, int);
} m SEC(".maps");

SEC("xdp")
int look(struct xdp_md *ctx)
{
	__u32 key = ctx->ingress_ifindex;
	int *v = bpf_map_lookup_elem(&m, &key);

	return v ? XDP_PASS : XDP_DROP;
}
char _license[] SEC("license") = "GPL";
