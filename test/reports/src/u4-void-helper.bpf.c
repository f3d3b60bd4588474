// constructed: an unchecked value in a function that returns nothing
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} forks SEC(".maps");

static void count(struct task_struct *task)
{
	__u32 pid = task->tgid;
	__u64 *seen;

	seen = bpf_map_lookup_elem(&forks, &pid);
	*(seen + 0) += task->pid;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(forked, struct task_struct *task, u64 clone_flags)
{
	count(task);
	return 0;
}
char _license[] SEC("license") = "GPL";
