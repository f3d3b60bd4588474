// ebpf-verifier-errors#7: a function stores what it looked up through its parameter
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct seen {
	__u64 runs;
	__u64 last;
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct seen);
} tasks SEC(".maps");

static __always_inline int find(__u32 pid, struct seen **out)
{
	struct seen fresh = {};

	if (!bpf_map_lookup_elem(&tasks, &pid))
		bpf_map_update_elem(&tasks, &pid, &fresh, BPF_ANY);
	*out = bpf_map_lookup_elem(&tasks, &pid);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	struct seen *seen = NULL;

	find(next->pid, &seen);
	seen->runs++;
	return 0;
}
char _license[] SEC("license") = "GPL";
