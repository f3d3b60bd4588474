// libbpf-bootstrap questions: a system call's tracepoint with tp_btf
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 opened;

SEC("tp_btf/sys_enter_openat")
int BPF_PROG(on_open, struct pt_regs *regs, long id)
{
	opened++;
	return 0;
}
char _license[] SEC("license") = "GPL";
