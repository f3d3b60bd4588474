// bpftrace#4857, eunomia#144: bpf_task_from_pid() in a kprobe
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;

SEC("kprobe/__x64_sys_kill")
int killed(struct pt_regs *ctx)
{
	struct task_struct *t = bpf_task_from_pid(1);

	if (t)
		bpf_task_release(t);
	return 0;
}
char _license[] SEC("license") = "GPL";
