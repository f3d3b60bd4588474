// flow dissector examples: the length of the packet is looked at
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 large;

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	if (skb->len > 1500)
		large++;
	return BPF_OK;
}
char _license[] SEC("license") = "GPL";
