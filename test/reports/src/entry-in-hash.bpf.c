// StackOverflow: a tail call through a hash map
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} stages SEC(".maps");

SEC("xdp")
int start(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &stages, 1);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
