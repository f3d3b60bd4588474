// StackOverflow: a bloom filter is asked like a hash
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 1024);
	__type(value, __u32);
} seen SEC(".maps");
__u64 known;

SEC("xdp")
int look(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index;

	if (bpf_map_lookup_elem(&seen, &queue))
		known++;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
