// bcc#2471: bpf_probe_read() of what two pointers lead to
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
SEC("kprobe/do_sys_openat2")
int ppid(struct pt_regs *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u32 tgid = 0;

	bpf_probe_read_kernel(&tgid, sizeof(tgid), &task->real_parent->tgid);
	bpf_printk("parent %d", tgid);
	return 0;
}
char _license[] SEC("license") = "GPL";
