// bpftrace#3764: bpf_skb_output() in a kprobe
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} ev SEC(".maps");

SEC("kprobe/napi_gro_receive")
int BPF_KPROBE(gro, void *napi, struct sk_buff *skb)
{
	__u64 now = bpf_ktime_get_ns();

	bpf_skb_output(skb, &ev, BPF_F_CURRENT_CPU, &now, sizeof(now));
	return 0;
}
char _license[] SEC("license") = "GPL";
