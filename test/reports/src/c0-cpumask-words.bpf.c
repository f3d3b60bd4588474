// scx#810: words of a cpumask kept in a global go to a kfunc that wants a whole struct cpumask
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
bool bpf_cpumask_test_cpu(u32 cpu, const struct cpumask *cpumask) __ksym;
__u64 domain[4];

SEC("tp_btf/task_newtask")
int BPF_PROG(count_domain, struct task_struct *task, u64 flags)
{
	if (bpf_cpumask_test_cpu(3, (const struct cpumask *)domain))
		bpf_printk("in the domain");
	return 0;
}
char _license[] SEC("license") = "GPL";
