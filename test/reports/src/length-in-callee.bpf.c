// StackOverflow, "R2 min value is negative": the copy is in a function of its own
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[256]);
} buffers SEC(".maps");

static __noinline int copy(char *to, int len, const void *from)
{
	if (len > 256)
		return 0;
	return bpf_probe_read_user(to, len, from);
}

SEC("tracepoint/syscalls/sys_enter_write")
int on_write(struct trace_event_raw_sys_enter *ctx)
{
	__u32 zero = 0;
	char *to = bpf_map_lookup_elem(&buffers, &zero);

	if (to)
		copy(to, ctx->args[2], (void *)ctx->args[1]);
	return 0;
}
char _license[] SEC("license") = "GPL";
