// bcc#1427: socket filter reads the packet as XDP does
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
SEC("socket")
int udp(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *data_end = (void *)(long)skb->data_end;
	struct udphdr *u = data;

	if ((void *)(u + 1) > data_end)
		return 0;
	return u->dest == 53 ? skb->len : 0;
}
char _license[] SEC("license") = "GPL";
