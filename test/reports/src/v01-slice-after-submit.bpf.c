// constructed after the selftests' ring buffer dynptrs: a slice is read once its record was submitted
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct event {
	__u32 pid, len;
	char comm[16];
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");
__u64 sent_bytes;

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm)
{
	struct bpf_dynptr ptr;
	struct event *e;

	if (bpf_ringbuf_reserve_dynptr(&events, sizeof(*e), 0, &ptr))
		goto out;
	e = bpf_dynptr_data(&ptr, 0, sizeof(*e));
	if (!e)
		goto out;
	e->pid = p->tgid;
	e->len = sizeof(*e);
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit_dynptr(&ptr, 0);
	sent_bytes += e->len;
	return 0;
out:
	bpf_ringbuf_discard_dynptr(&ptr, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
