// StackOverflow: a function of its own reserves and fills the record
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct event {
	__u32 pid;
	__u32 kind;
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} rb SEC(".maps");
__u32 mine;

static __noinline struct event *begin(__u32 kind)
{
	struct event *e = bpf_ringbuf_reserve(&rb, sizeof(*e), 0);

	if (e) {
		e->kind = kind;
		e->pid = bpf_get_current_pid_tgid() >> 32;
	}
	return e;
}

SEC("tracepoint/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct event *fresh = begin(1);

	if (!fresh)
		return 0;
	if (fresh->pid == mine)
		return 0;
	bpf_ringbuf_submit(fresh, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
