// cilium#33968, aya#857: spin lock in a map with key_size/value_size
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct stats {
	struct bpf_spin_lock lock;
	__u64 n;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__uint(key_size, 4);
	__uint(value_size, sizeof(struct stats));
} by_cluster SEC(".maps");

SEC("cgroup_skb/egress")
int count(struct __sk_buff *skb)
{
	__u32 key = skb->mark;
	struct stats *s = bpf_map_lookup_elem(&by_cluster, &key);

	if (!s)
		return 1;
	bpf_spin_lock(&s->lock);
	s->n++;
	bpf_spin_unlock(&s->lock);
	return 1;
}
char _license[] SEC("license") = "GPL";
