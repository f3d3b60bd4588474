// StackOverflow, "invalid bpf_context access off=76": the parameter has the context of another program type
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 seen;

static __always_inline int is_ip(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > data_end)
		return 0;
	return eth->h_proto == 8;
}

SEC("xdp")
int count(struct __sk_buff *skb)
{
	if (is_ip(skb))
		seen++;
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
