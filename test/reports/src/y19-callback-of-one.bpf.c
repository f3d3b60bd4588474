// falcosecurity/libs#1850 has the message; constructed: the callback of a timer takes the element first
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct flow {
	__u64 packets;
	struct bpf_timer t;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, struct flow);
} flows SEC(".maps");
__u64 expired;

static int expire(struct flow *f)
{
	expired += f->packets;
	return 0;
}

SEC("tc")
int track(struct __sk_buff *skb)
{
	__u32 key = skb->hash;
	struct flow *f = bpf_map_lookup_elem(&flows, &key);

	if (!f)
		return 0;
	f->packets++;
	bpf_timer_init(&f->t, &flows, 1);
	bpf_timer_set_callback(&f->t, expire);
	bpf_timer_start(&f->t, 1000000000, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
