// StackOverflow: a record is reserved where a call begins and sent where it ends
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct event {
	__u32 pid;
	__u64 start, end;
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct event *);
} pending SEC(".maps");

SEC("fexit/do_unlinkat")
int BPF_PROG(on_exit)
{
	__u32 pid = bpf_get_current_pid_tgid();
	struct event **kept = bpf_map_lookup_elem(&pending, &pid);

	if (!kept)
		return 0;
	bpf_ringbuf_submit(*kept, 0);
	bpf_map_delete_elem(&pending, &pid);
	return 0;
}
char _license[] SEC("license") = "GPL";
