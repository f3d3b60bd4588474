// bpf list, "kptr type mismatch": a cgroup is put where a task belongs
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern struct cgroup *bpf_cgroup_from_id(__u64 id) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
struct kept {
	struct task_struct __kptr *owner;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kept);
} keeps SEC(".maps");

SEC("tp_btf/task_newtask")
int BPF_PROG(keep, struct task_struct *task, __u64 flags)
{
	__u32 key = 0;
	struct kept *k = bpf_map_lookup_elem(&keeps, &key);
	struct cgroup *group;
	struct task_struct *old;

	if (!k)
		return 0;
	group = bpf_cgroup_from_id(1);
	if (!group)
		return 0;
	old = bpf_kptr_xchg(&k->owner, (struct task_struct *)group);
	if (old)
		bpf_task_release(old);
	return 0;
}
char _license[] SEC("license") = "GPL";
