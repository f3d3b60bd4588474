// bpf list, "spin_unlock without taking a lock": the way out unlocks what the branch has unlocked
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct flow {
	struct bpf_spin_lock lock;
	__u64 packets, bytes;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct flow);
} flows SEC(".maps");

SEC("tc")
int account(struct __sk_buff *skb)
{
	__u32 key = skb->hash;
	struct flow *f = bpf_map_lookup_elem(&flows, &key);

	if (!f)
		return 0;
	bpf_spin_lock(&f->lock);
	f->packets++;
	if (f->packets > 1000) {
		bpf_spin_unlock(&f->lock);
		goto out;
	}
	f->bytes += skb->len;
out:
	bpf_spin_unlock(&f->lock);
	return 0;
}
char _license[] SEC("license") = "GPL";
