// bpf list, "cannot overwrite referenced dynptr": each turn reserves a record, one of them leaves it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} rb SEC(".maps");
__u32 marks[4];

SEC("tracepoint/sched/sched_switch")
int send(void *ctx)
{
	struct bpf_dynptr rec;
	__u32 i, mark;

	for (i = 0; i < 4; i++) {
		bpf_ringbuf_reserve_dynptr(&rb, 4, 0, &rec);
		mark = marks[i];
		if (!mark)
			continue;
		bpf_dynptr_write(&rec, 0, &mark, 4, 0);
		bpf_ringbuf_submit_dynptr(&rec, 0);
	}
	return 0;
}
char _license[] SEC("license") = "GPL";
