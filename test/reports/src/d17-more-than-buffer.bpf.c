// falco: a record on the stack is sent with the length that was read
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct record {
	__u32 pid;
	__u32 len;
	char text[64];
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} records SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_write")
int on_write(struct trace_event_raw_sys_enter *ctx)
{
	struct record r = {};
	__u32 len = ctx->args[2];

	r.pid = bpf_get_current_pid_tgid() >> 32;
	if (len > 128)
		len = 128;
	r.len = len;
	bpf_probe_read_user(r.text, sizeof(r.text), (void *)ctx->args[1]);
	bpf_ringbuf_output(&records, &r, 8 + len, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
