// bcc, tracing: a field of a task is written from fentry
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

SEC("tp_btf/sched_switch")
int BPF_PROG(sw, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	next->prio = 100;
	return 0;
}
char _license[] SEC("license") = "GPL";
