// constructed: both ends of an index in one condition, of which the compiler makes one comparison of another register
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
	long n;

	if (!e)
		return 0;
	n = bpf_probe_read_kernel_str(e->path, sizeof(e->path), name->name);
	if (n > 0) {
		barrier_var(n);
		if (n < sizeof(e->path))
			e->path[n] = '/';
	}
	bpf_ringbuf_submit(e, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
