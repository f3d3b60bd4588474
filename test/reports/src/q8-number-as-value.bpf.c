// Stack Overflow, bpf_map_update_elem(): the value is passed itself
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} started SEC(".maps");

SEC("kprobe/do_nanosleep")
int sleeps(struct pt_regs *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid();
	__u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&started, &pid, (void *)now, BPF_ANY);
	return 0;
}
char _license[] SEC("license") = "GPL";
