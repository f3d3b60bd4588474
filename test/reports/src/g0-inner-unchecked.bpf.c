// libbpf#816: the inner map may not be there
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 16);
	__type(key, __u32);
	__array(values, struct inner);
} per_interface SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = ctx->ingress_ifindex, slot = 0;
	void *one = bpf_map_lookup_elem(&per_interface, &key);
	__u64 *n = bpf_map_lookup_elem(one, &slot);

	if (n)
		__sync_fetch_and_add(n, 1);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
