// bcc#5251: a signed length read from a context
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[512]);
} scratch SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_write")
int write_enter(struct trace_event_raw_sys_enter *ctx)
{
	__u32 key = 0;
	char *buf = bpf_map_lookup_elem(&scratch, &key);
	long n = ctx->args[2];

	if (!buf)
		return 0;
	if (n > 512)
		n = 512;
	bpf_probe_read_user(buf, n, (void *)ctx->args[1]);
	return 0;
}
char _license[] SEC("license") = "GPL";
