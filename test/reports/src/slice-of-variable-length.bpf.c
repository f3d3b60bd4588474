// StackOverflow, dynptrs: as many bytes as the header says
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *ptr, __u32 offset, void *buffer, __u32 buffer__szk) __ksym;
__u64 first;

SEC("tc")
int look(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;
	__u8 copy[60];
	__u8 *ip;
	__u32 n = (skb->mark & 15) * 4;

	if (n < 20 || n > 60 || bpf_dynptr_from_skb(skb, 0, &packet))
		return 0;
	ip = bpf_dynptr_slice(&packet, 14, copy, n);
	if (!ip)
		return 0;
	first += ip[9];
	return 0;
}
char _license[] SEC("license") = "GPL";
