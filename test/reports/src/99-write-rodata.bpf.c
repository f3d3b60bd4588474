// libbpf-bootstrap: a const volatile global is written
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

const volatile int targ_pid = 0;

SEC("kprobe/do_exit")
int first(struct pt_regs *ctx)
{
	if (!targ_pid)
		*(volatile int *)&targ_pid = bpf_get_current_pid_tgid() >> 32;
	return 0;
}
char _license[] SEC("license") = "GPL";
