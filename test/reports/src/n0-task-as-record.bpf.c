// bpf discussions on reddit and Stack Overflow: a kernel object is sent to user space as it is
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

SEC("tp_btf/sched_process_exit")
int BPF_PROG(gone, struct task_struct *task)
{
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, task, sizeof(*task));
	return 0;
}
char _license[] SEC("license") = "GPL";
