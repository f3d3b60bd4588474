// constructed: a kfunc is given the address of a number, as helpers of maps are
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
__u64 seen;

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	__s32 tgid = parent->tgid;
	struct task_struct *leader = bpf_task_from_pid((long)&tgid);

	if (!leader)
		return 0;
	seen++;
	bpf_task_release(leader);
	return 0;
}
char _license[] SEC("license") = "GPL";
