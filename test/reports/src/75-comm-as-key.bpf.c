// parttimenerd/ebpf-verifier-errors#10: p->comm given as the key of a lookup
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, char[16]);
	__type(value, __u32);
} times SEC(".maps");
__u32 last;

SEC("tp_btf/sched_wakeup")
int BPF_PROG(woken, struct task_struct *p)
{
	__u32 *t = bpf_map_lookup_elem(&times, p->comm);

	if (t)
		last = *t;
	return 0;
}
char _license[] SEC("license") = "GPL";
