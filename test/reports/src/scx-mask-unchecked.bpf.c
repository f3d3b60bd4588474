// scx questions (7.3): an idle CPU out of a mask that is kept in a global variable
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern s32 scx_bpf_pick_idle_cpu(const struct cpumask *cpus_allowed, u64 flags) __ksym __weak;
#define private(name) SEC(".data." #name) __hidden __attribute__((aligned(8)))
private(a) struct bpf_cpumask __kptr *primary;

SEC("struct_ops/demo_select")
s32 BPF_PROG(demo_select, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	s32 cpu = scx_bpf_pick_idle_cpu((const struct cpumask *)primary, 0);

	return cpu >= 0 ? cpu : prev_cpu;
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.select_cpu = (void *)demo_select,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
