// StackOverflow: a global function is called while the lock is held
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct rate {
	struct bpf_spin_lock lock;
	__u64 n;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct rate);
} rates SEC(".maps");
__u64 limit;

__noinline int weigh(__u64 n)
{
	return n > limit ? 2 : 1;
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 queue = ctx->rx_queue_index;
	struct rate *r = bpf_map_lookup_elem(&rates, &queue);

	if (!r)
		return XDP_PASS;
	bpf_spin_lock(&r->lock);
	r->n += weigh(r->n);
	bpf_spin_unlock(&r->lock);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
