// StackOverflow: the offset of the transport header is taken from the mark
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 syns;

SEC("tc")
int count(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u32 off = skb->mark;
	struct tcphdr *tcp = data + off;

	if ((void *)(tcp + 1) > end)
		return 0;
	syns += tcp->syn;
	return 0;
}
char _license[] SEC("license") = "GPL";
