// StackOverflow: lock and unlock are in functions of their own
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct flow {
	struct bpf_spin_lock lock;
	__u64 bytes;
	__u64 most;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct flow);
} flows SEC(".maps");

static __always_inline void enter(struct flow *f)
{
	bpf_spin_lock(&f->lock);
}
static __always_inline void leave(struct flow *f)
{
	bpf_spin_unlock(&f->lock);
}

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 slot = skb->hash & 7;
	struct flow *f = bpf_map_lookup_elem(&flows, &slot);

	if (!f)
		return 0;
	enter(f);
	f->bytes += skb->len;
	if (f->bytes < f->most)
		return 0;
	f->most = f->bytes;
	leave(f);
	return 0;
}
char _license[] SEC("license") = "GPL";
