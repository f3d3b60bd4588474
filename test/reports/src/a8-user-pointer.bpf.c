// tracee, bcc: the file name of openat is read directly
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char first;

SEC("tracepoint/syscalls/sys_enter_openat")
int openat(struct trace_event_raw_sys_enter *ctx)
{
	const char *name = (const char *)ctx->args[1];

	first = *name;
	return 0;
}
char _license[] SEC("license") = "GPL";
