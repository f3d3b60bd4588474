// eunomia tutorial questions: a timer as a local variable
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} ticks SEC(".maps");

SEC("tc")
int arm(struct __sk_buff *skb)
{
	struct bpf_timer timer;

	bpf_timer_init(&timer, &ticks, 1);
	return 0;
}
char _license[] SEC("license") = "GPL";
