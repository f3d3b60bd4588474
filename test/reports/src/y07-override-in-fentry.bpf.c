// libbpf questions: a system call is to fail, by fentry
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
const volatile int target;

SEC("fentry/__x64_sys_mkdirat")
int BPF_PROG(on_mkdir, const struct pt_regs *regs)
{
	if (bpf_get_current_pid_tgid() >> 32 == target)
		bpf_override_return((void *)ctx, -1);
	return 0;
}
char _license[] SEC("license") = "GPL";
