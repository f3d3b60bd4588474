// scx_rusty and scx_lavd (7.3): the mask of idle CPUs is not given back on one path
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern const struct cpumask *scx_bpf_get_idle_cpumask(void) __ksym;
extern void scx_bpf_put_idle_cpumask(const struct cpumask *idle_mask) __ksym;
extern __u32 bpf_cpumask_first(const struct cpumask *cpumask) __ksym;
extern bool bpf_cpumask_empty(const struct cpumask *cpumask) __ksym;

SEC("struct_ops/demo_select_cpu")
__s32 BPF_PROG(demo_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	const struct cpumask *idle = scx_bpf_get_idle_cpumask();
	__s32 cpu;

	if (bpf_cpumask_empty(idle)) {
		scx_bpf_put_idle_cpumask(idle);
		return prev_cpu;
	}
	cpu = bpf_cpumask_first(idle);
	scx_bpf_put_idle_cpumask(idle);
	return cpu;
}

SEC(".struct_ops.link")
struct sched_ext_ops demo = {
	.select_cpu = (void *)demo_select_cpu,
	.name = "demo",
};
char _license[] SEC("license") = "GPL";
