// elastic/ebpf#177, bcc#3568: the argument is chosen at run time
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

const volatile int which = 2;
__u64 got;

SEC("kprobe/vfs_unlink")
int unlinked(struct pt_regs *ctx)
{
	unsigned long *regs = (void *)ctx;
	__u64 pid = bpf_get_current_pid_tgid();

	got = *(unsigned long *)((void *)ctx + (pid & 8));
	return 0;
}
char _license[] SEC("license") = "GPL";
