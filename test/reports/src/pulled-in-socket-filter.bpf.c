// aya#1082: bpf_skb_pull_data() in a socket filter
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 udp;

SEC("socket")
int count(struct __sk_buff *skb)
{
	__u8 protocol = 0;

	if (bpf_skb_pull_data(skb, 34))
		return 0;
	bpf_skb_load_bytes(skb, 23, &protocol, 1);
	udp += protocol == 17;
	return 0;
}
char _license[] SEC("license") = "GPL";
