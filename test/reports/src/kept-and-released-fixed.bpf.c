// scx reviews: the mask goes into the map, and is released as well
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern struct bpf_cpumask *bpf_cpumask_create(void) __ksym;
extern void bpf_cpumask_release(struct bpf_cpumask *mask) __ksym;
struct mask_slot {
	struct bpf_cpumask __kptr *mask;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mask_slot);
} masks SEC(".maps");

SEC("tp_btf/task_newtask")
int BPF_PROG(keep, struct task_struct *p, u64 flags)
{
	__u32 zero = 0;
	struct mask_slot *s = bpf_map_lookup_elem(&masks, &zero);
	struct bpf_cpumask *mask, *old;

	if (!s)
		return 0;
	mask = bpf_cpumask_create();
	if (!mask)
		return 0;
	old = bpf_kptr_xchg(&s->mask, mask);
	if (old)
		bpf_cpumask_release(old);
	return 0;
}
char _license[] SEC("license") = "GPL";
