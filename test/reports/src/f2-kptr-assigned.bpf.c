// scx#933: a kptr is stored with an assignment
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
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
	struct keeper *k = bpf_map_lookup_elem(&kept, &key);
	struct task_struct *mine;

	if (!k)
		return 0;
	mine = bpf_task_acquire(task);
	if (mine)
		k->task = mine;
	return 0;
}
char _license[] SEC("license") = "GPL";
