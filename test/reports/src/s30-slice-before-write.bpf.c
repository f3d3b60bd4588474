// cilium/cilium#…, dynptr users: a slice is used after the packet was written
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *p, __u32 offset, void *buf, __u32 size) __ksym;
__u8 ttl;

SEC("tc")
int mark(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	struct iphdr *ip;
	__u8 one = 1;

	if (bpf_dynptr_from_skb(skb, 0, &ptr))
		return 0;
	ip = bpf_dynptr_slice(&ptr, 14, NULL, 20);
	if (!ip)
		return 0;
	bpf_dynptr_write(&ptr, 15, &one, 1, 0);
	ttl = ip->ttl;
	return 0;
}
char _license[] SEC("license") = "GPL";
