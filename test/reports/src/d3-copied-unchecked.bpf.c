// StackOverflow: what was found in one map is put into another
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} now SEC(".maps"), before SEC(".maps");

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *p)
{
	__u32 pid = p->pid;
	__u64 *old = bpf_map_lookup_elem(&now, &pid);

	bpf_map_update_elem(&before, &pid, old, BPF_ANY);
	bpf_map_delete_elem(&now, &pid);
	return 0;
}
char _license[] SEC("license") = "GPL";
