// StackOverflow: BPF_PROG in a raw tracepoint, and the task is read as in tp_btf
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 pids;

SEC("raw_tp/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *p)
{
	pids += p->pid;
	return 0;
}
char _license[] SEC("license") = "GPL";
