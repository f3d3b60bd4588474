// scx: a cpumask kptr is released without having been taken out
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
void bpf_cpumask_release(struct bpf_cpumask *m) __ksym;
void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;
struct keeper {
	struct bpf_cpumask __kptr *mask;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct keeper);
} kept SEC(".maps");

SEC("tp_btf/task_newtask")
int BPF_PROG(drop, struct task_struct *task, u64 flags)
{
	__u32 key = 0;
	struct keeper *s = bpf_map_lookup_elem(&kept, &key);
	struct bpf_cpumask *m;

	if (!s)
		return 0;
	m = s->mask;
	if (m)
		bpf_cpumask_release(m);
	return 0;
}
char _license[] SEC("license") = "GPL";
