// scx_flatcg and scx_mitosis (7.3): the cgroup of a task is asked for, and an early return forgets it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern void scx_bpf_dsq_insert(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 enq_flags) __ksym;
extern struct cgroup *scx_bpf_task_cgroup(struct task_struct *p) __ksym;
extern void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

struct group {
	__u64 weight, used;
};
struct {
	__uint(type, BPF_MAP_TYPE_CGRP_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct group);
} groups SEC(".maps");

static void charge(struct task_struct *p, __u64 enq_flags)
{
	struct cgroup *cgrp = scx_bpf_task_cgroup(p);
	struct group *g;

	g = bpf_cgrp_storage_get(&groups, cgrp, 0, 0);
	if (!g) {
		scx_bpf_dsq_insert(p, SCX_DSQ_GLOBAL, 5000000, enq_flags);
		return;
	}
	g->used++;
	scx_bpf_dsq_insert(p, SCX_DSQ_GLOBAL, g->weight * 1000, enq_flags);
	bpf_cgroup_release(cgrp);
}

SEC("struct_ops/demo_enqueue")
void BPF_PROG(demo_enqueue, struct task_struct *p, __u64 enq_flags)
{
	charge(p, enq_flags);
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.enqueue = (void *)demo_enqueue,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
