// scx#2797: a timer callback hands its error on
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
} ticks SEC(".maps");

static int again(void *map, __u32 *key, struct tick *t)
{
	int err = bpf_timer_start(&t->timer, 1000000, 0);

	if (err)
		bpf_printk("timer stopped: %d", err);
	return err;
}

SEC("tc")
int arm(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct tick *t = bpf_map_lookup_elem(&ticks, &key);

	if (!t)
		return 0;
	bpf_timer_init(&t->timer, &ticks, 1);
	bpf_timer_set_callback(&t->timer, again);
	bpf_timer_start(&t->timer, 1000000, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
