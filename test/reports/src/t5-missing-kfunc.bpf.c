// scx, bpf-next users on an older kernel: a kfunc of a later kernel
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
extern struct task_struct *bpf_task_from_vpid(__s32 vpid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
SEC("tp_btf/sched_process_exit")
int BPF_PROG(gone, struct task_struct *task)
{
	struct task_struct *t = bpf_task_from_vpid(1);

	if (t)
		bpf_task_release(t);
	return 0;
}
char _license[] SEC("license") = "GPL";
