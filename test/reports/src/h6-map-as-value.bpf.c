// falcosecurity/libs#1850: a field of a map itself is read
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} limits SEC(".maps");

SEC("xdp")
int most(struct xdp_md *ctx)
{
	__u32 *first = (__u32 *)&limits;

	return *first > 3 ? XDP_PASS : XDP_DROP;
}
char _license[] SEC("license") = "GPL";
