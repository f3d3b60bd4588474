// StackOverflow, "R3 type=ctx": the context is kept in a map until later
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct trace_event_raw_sys_enter);
} pending SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_openat")
int on_open(struct trace_event_raw_sys_enter *ctx)
{
	__u32 tid = bpf_get_current_pid_tgid();

	bpf_map_update_elem(&pending, &tid, ctx, BPF_ANY);
	return 0;
}
char _license[] SEC("license") = "GPL";
