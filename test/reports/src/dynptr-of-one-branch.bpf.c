// StackOverflow, "Expected an initialized dynptr as arg #2": made for IPv4 only
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
__u64 seen;

SEC("tc")
int look(struct __sk_buff *skb)
{
	struct bpf_dynptr packet;
	__u8 protocol = 0;

	if (skb->protocol == 8)
		bpf_dynptr_from_skb(skb, 0, &packet);
	bpf_dynptr_read(&protocol, 1, &packet, 23, 0);
	seen += protocol;
	return 0;
}
char _license[] SEC("license") = "GPL";
