// Cilium questions: the header of what a cgroup receives
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 udp;

SEC("cgroup_skb/ingress")
int count(struct __sk_buff *skb)
{
	struct iphdr *ip = (void *)(long)skb->data;

	udp += ip->protocol == 17;
	return 1;
}
char _license[] SEC("license") = "GPL";
