// aya and libbpf-rs questions: a kfunc is called under a licence of one's own
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
const volatile int watched = 1;
__u64 runtime;

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch)
{
	struct task_struct *p = bpf_task_from_pid(watched);

	if (!p)
		return 0;
	runtime = p->se.sum_exec_runtime;
	bpf_task_release(p);
	return 0;
}
char _license[] SEC("license") = "MIT";
