// constructed: an unchecked map value is read in the third line of a statement
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct seen {
	__u64 first;
	__u64 last;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct seen);
} seen_by_pid SEC(".maps");

SEC("tp_btf/sched_process_exit")
int BPF_PROG(gone, struct task_struct *task)
{
	__u32 pid = task->pid;
	struct seen *seen = bpf_map_lookup_elem(&seen_by_pid, &pid);

	bpf_printk("process %d lived from %llu",
		   pid,
		   seen->first);
	return 0;
}
char _license[] SEC("license") = "GPL";
