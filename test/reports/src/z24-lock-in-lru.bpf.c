// xdp-newbies: values of an LRU hash with a lock
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct flow {
	struct bpf_spin_lock lock;
	__u64 packets, bytes;
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct flow);
} flows SEC(".maps");

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 hash = skb->hash;
	struct flow *f = bpf_map_lookup_elem(&flows, &hash);

	if (!f)
		return 0;
	bpf_spin_lock(&f->lock);
	f->packets++;
	f->bytes += skb->len;
	bpf_spin_unlock(&f->lock);
	return 0;
}
char _license[] SEC("license") = "GPL";
