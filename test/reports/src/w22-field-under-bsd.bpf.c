// libbpf questions: arguments of a BTF tracepoint are read under another licence
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u64 switches[64];

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	__u32 cpu = bpf_get_smp_processor_id();

	if (cpu < 64 && next->pid)
		switches[cpu]++;
	return 0;
}
char _license[] SEC("license") = "BSD";
