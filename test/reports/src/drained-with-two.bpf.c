// user ring buffers: the callback says “enough” with a number of its own
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} orders SEC(".maps");
__u64 n;

static long take(struct bpf_dynptr *order, void *ctx)
{
	__u32 kind = 0;

	bpf_dynptr_read(&kind, sizeof(kind), order, 0, 0);
	n++;
	return kind == 7 ? 2 : 0;
}

SEC("tracepoint/syscalls/sys_enter_getpgid")
int drain(void *ctx)
{
	bpf_user_ringbuf_drain(&orders, take, 0, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
