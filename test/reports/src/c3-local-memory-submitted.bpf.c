// bpf list, dynptrs: a dynptr of a map value is submitted as a record
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct event {
	__u32 pid;
	char comm[16];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct event);
} scratch SEC(".maps");

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *p)
{
	int zero = 0;
	struct event *e = bpf_map_lookup_elem(&scratch, &zero);
	struct bpf_dynptr ptr;

	if (!e)
		return 0;
	bpf_dynptr_from_mem(e, sizeof(*e), 0, &ptr);
	bpf_dynptr_write(&ptr, 0, &p->tgid, sizeof(p->tgid), 0);
	bpf_ringbuf_submit_dynptr(&ptr, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
