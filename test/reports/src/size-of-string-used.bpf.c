// StackOverflow: the length that bpf_probe_read_user_str() gave is where the next string goes
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[512]);
} buffers SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_renameat2")
int on_rename(struct trace_event_raw_sys_enter *ctx)
{
	__u32 zero = 0;
	char *buf = bpf_map_lookup_elem(&buffers, &zero);
	long n;

	if (!buf)
		return 0;
	n = bpf_probe_read_user_str(buf, 256, (void *)ctx->args[1]);
	bpf_probe_read_user_str(buf + n, 256, (void *)ctx->args[3]);
	return 0;
}
char _license[] SEC("license") = "GPL";
