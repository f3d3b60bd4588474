// xdp-newbies: the value is looked up once more before it is unlocked
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct meter {
	struct bpf_spin_lock lock;
	__u32 tokens;
	__u64 at;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct meter);
} buckets SEC(".maps");

static __always_inline struct meter *bucket_of(__u32 device)
{
	return bpf_map_lookup_elem(&buckets, &device);
}

SEC("tc")
int limit(struct __sk_buff *skb)
{
	__u64 now = bpf_ktime_get_ns();
	struct meter *from = bucket_of(skb->ingress_ifindex);
	struct meter *to = bucket_of(skb->ifindex);
	int pass = 0;

	if (!from || !to)
		return 0;
	bpf_spin_lock(&from->lock);
	if (from->tokens) {
		from->tokens--;
		pass = 1;
	}
	from->at = now;
	bpf_spin_unlock(&to->lock);
	return pass ? 0 : 2;
}
char _license[] SEC("license") = "GPL";
