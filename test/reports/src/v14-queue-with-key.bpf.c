// StackOverflow, "failed to create: Invalid argument(-22)": a queue is declared with a key
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct job {
	__u32 pid;
	__u64 since;
};
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, struct job);
} jobs SEC(".maps");

SEC("tracepoint/sched/sched_wakeup_new")
int on_new(void *ctx)
{
	struct job j = {};

	j.pid = bpf_get_current_pid_tgid() >> 32;
	j.since = bpf_ktime_get_ns();
	bpf_map_push_elem(&jobs, &j, BPF_EXIST);
	return 0;
}
char _license[] SEC("license") = "GPL";
