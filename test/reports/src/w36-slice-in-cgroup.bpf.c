// bpf list, dynptrs of packets: a header is changed where packets are only seen
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr__uninit) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *ptr, __u32 offset, void *buffer, __u32 buffer__szk) __ksym;

SEC("cgroup_skb/egress")
int lower_ttl(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	struct iphdr *ip, copy;

	if (bpf_dynptr_from_skb(skb, 0, &ptr))
		return 1;
	ip = bpf_dynptr_slice_rdwr(&ptr, 0, &copy, sizeof(copy));
	if (!ip)
		return 1;
	if (ip->version == 4)
		ip->ttl = 1;
	return 1;
}
char _license[] SEC("license") = "GPL";
