// bpfilter#12: what bpf_dynptr_slice() gives is written
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
int bpf_dynptr_from_skb(struct __sk_buff *skb, u64 flags, struct bpf_dynptr *ptr) __ksym;
void *bpf_dynptr_slice(const struct bpf_dynptr *ptr, u32 offset, void *buffer, u32 buffer__szk) __ksym;

SEC("tc")
int ttl(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;
	struct iphdr buffer, *ip;

	if (bpf_dynptr_from_skb(skb, 0, &packet))
		return 0;
	ip = bpf_dynptr_slice(&packet, 14, &buffer, sizeof(buffer));
	if (!ip)
		return 0;
	ip->ttl--;
	return 0;
}
char _license[] SEC("license") = "GPL";
