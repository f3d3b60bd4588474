// redbpf#205, loxilb#666: the map comes out of a variable
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} even SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} odd SEC(".maps");
void *volatile current_map;

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index;
	__u64 *n;

	current_map = key & 1 ? (void *)&odd : (void *)&even;
	n = bpf_map_lookup_elem(current_map, &key);
	if (n)
		__sync_fetch_and_add(n, 1);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
