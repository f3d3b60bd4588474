// bcc#4025, libbpf-tools execsnoop: arguments are copied one behind the other
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#define ARGSIZE 128
struct event {
	__u32 size;
	char args[2048];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct event);
} execs SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int entered(struct trace_event_raw_sys_enter *ctx)
{
	const char **args = (const char **)ctx->args[1];
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct event *e = bpf_map_lookup_elem(&execs, &pid);
	const char *one;
	int i, n;

	if (!e)
		return 0;
	e->size = 0;
	for (i = 0; i < 4; i++) {
		bpf_probe_read_user(&one, sizeof(one), &args[i]);
		n = bpf_probe_read_user_str(&e->args[e->size], ARGSIZE, one);
		if (n > ARGSIZE)
			return 0;
		e->size += n;
	}
	return 0;
}
char _license[] SEC("license") = "GPL";
