// StackOverflow: a record is reserved for each turn of a loop, and some turns go on without it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct event {
	__u32 index, value;
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");
__u32 values[16];

SEC("tracepoint/sched/sched_process_exit")
int on_exit(void *ctx)
{
	int i;

	bpf_for(i, 0, 16) {
		struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

		if (!e)
			break;
		if (!values[i & 15]) {
			bpf_ringbuf_discard(e, 0);
			continue;
		}
		e->index = i;
		e->value = values[i & 15];
		bpf_ringbuf_submit(e, 0);
	}
	return 0;
}
char _license[] SEC("license") = "GPL";
