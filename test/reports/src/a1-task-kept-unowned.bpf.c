// bpf list, kptrs: the hook's own task is put into a map
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct watch {
	struct task_struct __kptr *task;
	__u64 since;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, struct watch);
} watched SEC(".maps");
extern void bpf_task_release(struct task_struct *p) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;

SEC("tp_btf/task_newtask")
int BPF_PROG(on_new, struct task_struct *task, __u64 clone_flags)
{
	__u32 pid = task->pid;
	struct task_struct *old;
	struct watch empty = {}, *w;

	bpf_map_update_elem(&watched, &pid, &empty, BPF_NOEXIST);
	w = bpf_map_lookup_elem(&watched, &pid);
	if (!w)
		return 0;
	w->since = bpf_ktime_get_ns();
	old = bpf_kptr_xchg(&w->task, task);
	if (old)
		bpf_task_release(old);
	return 0;
}
char _license[] SEC("license") = "GPL";
