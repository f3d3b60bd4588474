// Truxify#14939: bpf_ringbuf_output() between bpf_spin_lock() and bpf_spin_unlock()
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct rate {
	struct bpf_spin_lock lock;
	__u32 count;
	__u64 last;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct rate);
} rates SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} rb SEC(".maps");

SEC("tc")
int limit(struct __sk_buff *skb)
{
	__u32 key = skb->mark;
	struct rate *r = bpf_map_lookup_elem(&rates, &key);
	__u64 now = bpf_ktime_get_ns();

	if (!r)
		return 0;
	bpf_spin_lock(&r->lock);
	if (now - r->last < 1000000 && ++r->count > 100) {
		bpf_ringbuf_output(&rb, &now, sizeof(now), 0);
		bpf_spin_unlock(&r->lock);
		return 2;
	}
	r->last = now;
	bpf_spin_unlock(&r->lock);
	return 0;
}
char _license[] SEC("license") = "GPL";
