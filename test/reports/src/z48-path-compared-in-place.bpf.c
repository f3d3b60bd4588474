// StackOverflow: the name of a file that is opened is compared where it stands
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 of_etc;

SEC("tracepoint/syscalls/sys_enter_openat")
int on_open(struct trace_event_raw_sys_enter *ctx)
{
	const char *name = (const char *)ctx->args[1];

	if (bpf_strncmp(name, 5, "/etc/") == 0)
		of_etc++;
	return 0;
}
char _license[] SEC("license") = "GPL";
