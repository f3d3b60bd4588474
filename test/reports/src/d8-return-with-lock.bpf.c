// ebpf-docs#24: one path returns without giving the lock back
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct allowance {
	struct bpf_spin_lock lock;
	__u32 tokens;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct allowance);
} buckets SEC(".maps");

SEC("tc")
int limit(struct __sk_buff *skb)
{
	__u32 key = skb->ingress_ifindex;
	struct allowance *b = bpf_map_lookup_elem(&buckets, &key);

	if (!b)
		return 0;
	bpf_spin_lock(&b->lock);
	if (!b->tokens)
		return 2;
	b->tokens--;
	bpf_spin_unlock(&b->lock);
	return 0;
}
char _license[] SEC("license") = "GPL";
