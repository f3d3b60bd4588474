// scx#440 (7.3): the program has the iterator's struct as another kernel has it
#define bpf_iter_scx_dsq bpf_iter_scx_dsq___kernel
#define bpf_iter_scx_dsq_new bpf_iter_scx_dsq_new___kernel
#define bpf_iter_scx_dsq_next bpf_iter_scx_dsq_next___kernel
#define bpf_iter_scx_dsq_destroy bpf_iter_scx_dsq_destroy___kernel
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#undef bpf_iter_scx_dsq
#undef bpf_iter_scx_dsq_new
#undef bpf_iter_scx_dsq_next
#undef bpf_iter_scx_dsq_destroy
struct bpf_iter_scx_dsq {
	__u64 opaque[2];
} __attribute__((aligned(8)));
extern int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, __u64 dsq_id, __u64 flags) __ksym;
extern struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) __ksym;
extern void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) __ksym;
int waiting;

SEC("struct_ops/demo_dispatch")
void BPF_PROG(demo_dispatch, __s32 cpu, struct task_struct *prev)
{
	struct task_struct *p;

	waiting = 0;
	bpf_for_each(scx_dsq, p, 1, 0)
		waiting++;
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.dispatch = (void *)demo_dispatch,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
