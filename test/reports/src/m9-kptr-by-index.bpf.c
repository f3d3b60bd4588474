// scx discussions: a table of masks in a map value, one taken by a number
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
struct table {
	struct task_struct __kptr *slot[4];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct table);
} tables SEC(".maps");

SEC("tp_btf/task_newtask")
int BPF_PROG(keep, struct task_struct *task, __u64 flags)
{
	__u32 key = 0, i = task->pid & 3;
	struct table *t = bpf_map_lookup_elem(&tables, &key);
	struct task_struct *mine, *old;

	if (!t)
		return 0;
	mine = bpf_task_acquire(task);
	if (!mine)
		return 0;
	old = bpf_kptr_xchg(&t->slot[i], mine);
	if (old)
		bpf_task_release(old);
	return 0;
}
char _license[] SEC("license") = "GPL";
