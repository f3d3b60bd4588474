// tc questions: one of the five words of skb->cb, by number
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
const volatile __u32 which = 2;
__u32 number;

SEC("tc")
int put(struct __sk_buff *skb)
{
	skb->cb[number & 3] = 7;
	return 0;
}
char _license[] SEC("license") = "GPL";
