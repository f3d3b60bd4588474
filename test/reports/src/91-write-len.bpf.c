// xdp-tutorial/StackOverflow: skb->len is written
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

SEC("tc")
int cut(struct __sk_buff *skb)
{
	if (skb->len > 1000)
		skb->len = 1000;
	return 0;
}
char _license[] SEC("license") = "GPL";
