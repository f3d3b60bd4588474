// xdp-tools, cilium/ebpf#288: a function of another program is to be replaced
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
SEC("freplace/classify")
int better(struct __sk_buff *skb)
{
	return 1;
}
char _license[] SEC("license") = "GPL";
