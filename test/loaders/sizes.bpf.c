// SPDX-License-Identifier: Apache-2.0
// A perf event array whose sizes its loader is to fill in: ebpf-go does, libbpf does not. The kernel's answers are those of go.bpf.c's `tells`.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
} events SEC(".maps");

SEC("tc") int tells(struct __sk_buff *skb)
{
	__u32 mark = skb->mark;

	return bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU, &mark, sizeof(mark));
}

char _license[] SEC("license") = "GPL";
