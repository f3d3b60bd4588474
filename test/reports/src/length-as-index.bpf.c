// constructed: the length of a string is used as an index, though it may be an error, and as long as the buffer
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct event {
	char path[256];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} events SEC(".maps");

SEC("fentry/do_unlinkat")
int BPF_PROG(unlinked, int dfd, struct filename *name)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	int n;

	if (!e)
		return 0;
	n = bpf_probe_read_kernel_str(e->path, sizeof(e->path), name->name);
	e->path[n] = '/';
	bpf_ringbuf_submit(e, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
