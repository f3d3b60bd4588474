// cilium/ebpf#1034, many questions: an LPM trie without its flag
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct prefix {
	__u32 length;
	__u8 address[4];
};
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__type(key, struct prefix);
	__type(value, __u32);
} blocked SEC(".maps");

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	struct prefix key = { .length = 32 };

	return bpf_map_lookup_elem(&blocked, &key) ? XDP_DROP : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
