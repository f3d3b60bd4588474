// bcc#3658 and others: the CPU of a task, which has moved
#define task_struct task_struct___mine
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#undef task_struct
struct task_struct {
	unsigned int cpu;
} __attribute__((preserve_access_index));
__u64 runs[64];

SEC("raw_tp/sched_switch")
int on_switch(__u64 *ctx)
{
	struct task_struct *next = (void *)ctx[2];
	__u32 cpu = BPF_CORE_READ(next, cpu);

	if (cpu < 64)
		runs[cpu]++;
	return 0;
}
char _license[] SEC("license") = "GPL";
