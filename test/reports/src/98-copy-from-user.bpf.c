// bcc, tracee: bpf_copy_from_user() in an fentry program that does not sleep
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char path[64];

SEC("fentry/__x64_sys_openat")
int BPF_PROG(open, struct pt_regs *regs)
{
	bpf_copy_from_user(path, sizeof(path), (void *)PT_REGS_PARM2_CORE(regs));
	return 0;
}
char _license[] SEC("license") = "GPL";
