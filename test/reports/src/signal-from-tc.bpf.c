// StackOverflow: the process of a packet is to be killed
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("tc")
int stop(struct __sk_buff *skb)
{
	if (skb->mark == 7)
		bpf_send_signal(9);
	return 0;
}
char _license[] SEC("license") = "GPL";
