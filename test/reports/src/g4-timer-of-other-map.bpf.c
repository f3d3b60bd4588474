// bcc#4451: a timer is made with another map
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct tick {
	struct bpf_timer timer;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tick);
} slow SEC(".maps"), fast SEC(".maps");

SEC("tc")
int arm(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct tick *t = bpf_map_lookup_elem(&slow, &key);

	if (!t)
		return 0;
	bpf_timer_init(&t->timer, &fast, 1);
	return 0;
}
char _license[] SEC("license") = "GPL";
