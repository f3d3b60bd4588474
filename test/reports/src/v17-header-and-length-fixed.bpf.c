// opentelemetry-ebpf-instrumentation#3378 and falco: as much of a record is sent as was filled
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct record {
	__u32 pid;
	__u32 fd;
	char data[4096];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct record);
} scratch SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_write")
int on_write(struct trace_event_raw_sys_enter *ctx)
{
	__u32 zero = 0;
	int len = ctx->args[2];
	struct record *r = bpf_map_lookup_elem(&scratch, &zero);

	if (!r)
		return 0;
	r->pid = bpf_get_current_pid_tgid() >> 32;
	r->fd = ctx->args[0];
	if (len < 0)
		return 0;
	if (len > 4096)
		len = 4096;
	bpf_probe_read_user(r->data, sizeof(r->data), (void *)ctx->args[1]);
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, r, sizeof(__u32) * 2 + len);
	return 0;
}
char _license[] SEC("license") = "GPL";
