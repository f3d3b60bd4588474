// StackOverflow: the index is what a function of its own returns, -1 where there is none
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 by_kind[8];

static __noinline int kind_of(__u32 proto)
{
	if (proto == 8)
		return 0;
	if (proto == 56710)
		return 1;
	return -1;
}

SEC("tc")
int count(struct __sk_buff *skb)
{
	int kind = kind_of(skb->protocol);

	by_kind[kind]++;
	return 0;
}
char _license[] SEC("license") = "GPL";
