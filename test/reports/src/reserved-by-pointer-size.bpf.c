// StackOverflow: sizeof() of the pointer, in a perf buffer this time
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} rb SEC(".maps");
struct big_event {
	__u64 when;
	__u32 pid;
	char comm[16];
};

SEC("kprobe/vfs_unlink")
int on_unlink(struct pt_regs *ctx)
{
	struct big_event *e;

	e = bpf_ringbuf_reserve(&rb, sizeof(e), 0);
	if (!e)
		return 0;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
