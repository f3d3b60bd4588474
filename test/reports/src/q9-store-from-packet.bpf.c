// cilium#…, tc questions: bytes of the packet are stored from the packet itself
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
SEC("tc")
int mirror(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *data_end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > data_end)
		return 0;
	bpf_skb_store_bytes(skb, 0, eth->h_source, 6, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
