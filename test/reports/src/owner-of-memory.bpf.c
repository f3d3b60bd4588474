// bpf list: the task that owns the memory
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
__u64 pids;

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *p)
{
	struct task_struct *owner;

	if (!p->mm)
		return 0;
	owner = bpf_task_acquire(p->mm->owner);
	if (!owner)
		return 0;
	pids += owner->pid;
	bpf_task_release(owner);
	return 0;
}
char _license[] SEC("license") = "GPL";
