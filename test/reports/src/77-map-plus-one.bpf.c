// prevail#209: a pointer past the map
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, int);
} m SEC(".maps");

SEC("xdp")
int look(struct xdp_md *ctx)
{
	__u32 key = 1;
	int *v = bpf_map_lookup_elem((void *)&m + 8, &key);

	return v ? XDP_PASS : XDP_DROP;
}
char _license[] SEC("license") = "GPL";
