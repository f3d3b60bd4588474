// rustinel#343: the place of an argument is masked, and the argument is longer than what the mask leaves
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#define CAPACITY 512
#define ARGUMENT 128

struct event {
	__u32 pid, len;
	char args[CAPACITY];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct event);
} scratch SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int on_exec(struct trace_event_raw_sys_enter *ctx)
{
	const char **argv = (const char **)ctx->args[1];
	__u32 zero = 0, off = 0;
	struct event *e = bpf_map_lookup_elem(&scratch, &zero);
	int i;

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	for (i = 0; i < 8; i++) {
		const char *arg = NULL;
		long n;

		if (bpf_probe_read_user(&arg, sizeof(arg), &argv[i]) || !arg)
			break;
		n = bpf_probe_read_user_str(&e->args[off & (CAPACITY - 1)], ARGUMENT, arg);
		if (n <= 0)
			break;
		off += n;
	}
	e->len = off;
	return 0;
}
char _license[] SEC("license") = "GPL";
