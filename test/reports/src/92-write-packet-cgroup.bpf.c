// StackOverflow: a cgroup_skb program writes to the packet
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

SEC("cgroup_skb/egress")
int ttl(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data;

	if ((void *)(ip + 1) > end)
		return 1;
	ip->ttl = 64;
	return 1;
}
char _license[] SEC("license") = "GPL";
