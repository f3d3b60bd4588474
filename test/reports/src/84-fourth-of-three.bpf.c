// StackOverflow, bcc: fentry program asks for an argument that the function does not have
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

int got;

SEC("fentry/do_unlinkat")
int BPF_PROG(unlinking, int dfd, struct filename *name, int flags)
{
	got = flags;
	return 0;
}
char _license[] SEC("license") = "GPL";
