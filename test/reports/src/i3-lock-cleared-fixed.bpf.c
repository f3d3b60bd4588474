// loxilb#953: a map value with a lock in it is cleared as a whole
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct policer {
	__u64 tokens;
	struct bpf_spin_lock lock;
	__u32 drops;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct policer);
} policers SEC(".maps");

SEC("tc")
int reset(struct __sk_buff *skb)
{
	__u32 key = skb->mark;
	struct policer *p = bpf_map_lookup_elem(&policers, &key);

	if (!p)
		return 0;
	p->tokens = 0;
	p->drops = 0;
	return 0;
}
char _license[] SEC("license") = "GPL";
