// bcc#5361: a counter in a packed struct is added to atomically
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct __attribute__((packed)) stats {
	__u8 kind;
	__u64 packets;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stats);
} counters SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = 0;
	struct stats *s = bpf_map_lookup_elem(&counters, &key);

	if (s)
		__sync_fetch_and_add((__u64 *)&s->packets, 1);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
