// ebpf-verifier-errors#9: a kfunc is named as if it were a variable (the parentheses are missing)
// clang: -mcpu=v2
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

__u64 bpf_get_kmem_cache_x(void) __ksym __weak;
__u32 bpf_cpumask_weight(const struct cpumask *cpumask) __ksym;

__u64 free_ones;

SEC("tp_btf/sched_wakeup")
int BPF_PROG(unconstrained, struct task_struct *p)
{
	__u32 limit = (__u32)(__u64)bpf_cpumask_weight;

	if (p->nr_cpus_allowed >= limit && p->nr_cpus_allowed <= limit)
		free_ones++;
	return 0;
}
char _license[] SEC("license") = "GPL";
