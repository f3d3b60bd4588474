// bpf-developer-tutorial#158: less is reserved than is written
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct event {
	__u32 pid;
	__u32 prio;
	__u64 when;
	char comm[16];
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} events SEC(".maps");

SEC("tp_btf/sched_process_exit")
int BPF_PROG(gone, struct task_struct *task)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(e), 0);

	if (!e)
		return 0;
	e->pid = task->pid;
	e->prio = task->prio;
	e->when = bpf_ktime_get_ns();
	bpf_ringbuf_submit(e, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
