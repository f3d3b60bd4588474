// cilium/cilium#…, "dynptr slice": the buffer for a slice is smaller than the slice
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *p, __u32 offset, void *buf, __u32 size) __ksym;
__u8 ttl;

SEC("tc")
int look(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	char buf[14];
	struct iphdr *ip;

	if (bpf_dynptr_from_skb(skb, 0, &ptr))
		return 0;
	ip = bpf_dynptr_slice(&ptr, 14, buf, sizeof(*ip));
	if (ip)
		ttl = ip->ttl;
	return 0;
}
char _license[] SEC("license") = "GPL";
