// bcc#5361 (ksnoop): the depth less one is an index
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct trace {
	__u8 depth;
	__u64 ips[16];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct trace);
} traces SEC(".maps");

SEC("kprobe/do_exit")
int pop(struct pt_regs *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct trace *t = bpf_map_lookup_elem(&traces, &id);
	__u8 depth, last;

	if (!t)
		return 0;
	depth = t->depth;
	if (depth > 15)
		return 0;
	last = depth - 1;
	if (last >= 0)
		bpf_printk("%llx", t->ips[last]);
	return 0;
}
char _license[] SEC("license") = "GPL";
