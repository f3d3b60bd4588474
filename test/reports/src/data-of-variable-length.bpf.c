// StackOverflow, dynptrs: bpf_dynptr_data() of what was reserved
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} rb SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_write")
int send(struct trace_event_raw_sys_enter *ctx)
{
	struct bpf_dynptr rec;
	__u32 n = ctx->args[2] & 255;
	char *to;

	if (bpf_ringbuf_reserve_dynptr(&rb, n, 0, &rec)) {
		bpf_ringbuf_discard_dynptr(&rec, 0);
		return 0;
	}
	to = bpf_dynptr_data(&rec, 0, n);
	if (to)
		bpf_probe_read_user(to, n, (void *)ctx->args[1]);
	bpf_ringbuf_submit_dynptr(&rec, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
