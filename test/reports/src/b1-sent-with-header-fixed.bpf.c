// inspektor-gadget and StackOverflow: the rest of a packet is sent with perf_event_output, from where the header ends
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct meta {
	__u32 ifindex, len;
};
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} packets SEC(".maps");

SEC("socket")
int sniff(struct __sk_buff *skb)
{
	struct meta m = { .ifindex = skb->ifindex, .len = skb->len };
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, 14, &ip, sizeof(ip)))
		return 0;
	if (ip.protocol != 17)
		return 0;
	bpf_perf_event_output(skb, &packets, BPF_F_CURRENT_CPU | ((__u64)m.len << 32), &m, sizeof(m));
	return 0;
}
char _license[] SEC("license") = "GPL";
