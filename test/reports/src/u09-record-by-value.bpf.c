// libbpf questions: a global function that takes a struct by value
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct span {
	__u32 start, end;
};
__u64 total;

__noinline int add_span(struct span s, int weight)
{
	total += (__u64)(s.end - s.start) * weight;
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_mmap")
int on_mmap(struct trace_event_raw_sys_enter *ctx)
{
	struct span s = { .start = ctx->args[0], .end = ctx->args[1] };

	add_span(s, 2);
	return 0;
}
char _license[] SEC("license") = "GPL";
