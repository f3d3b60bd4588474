// bpf-next, "tp_btf arguments that may be NULL": there may be no task to take the priority of
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
int donor;

SEC("tp_btf/sched_pi_setprio")
int BPF_PROG(boosted, struct task_struct *tsk, struct task_struct *pi_task)
{
	donor = pi_task->pid;
	return 0;
}
char _license[] SEC("license") = "GPL";
