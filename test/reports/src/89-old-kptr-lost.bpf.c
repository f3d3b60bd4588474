// scx: the pointer that bpf_kptr_xchg() gives back is not released
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;
struct keeper {
	struct task_struct __kptr *task;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct keeper);
} kept SEC(".maps");

SEC("tp_btf/task_newtask")
int BPF_PROG(keep, struct task_struct *task, u64 flags)
{
	__u32 key = 0;
	struct keeper *s = bpf_map_lookup_elem(&kept, &key);
	struct task_struct *t;

	if (!s)
		return 0;
	t = bpf_task_acquire(task);
	if (!t)
		return 0;
	bpf_kptr_xchg(&s->task, t);
	return 0;
}
char _license[] SEC("license") = "GPL";
