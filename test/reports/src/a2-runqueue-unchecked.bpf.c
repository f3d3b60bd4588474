// scx and StackOverflow questions: another CPU's copy of a variable of the kernel
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern struct rq runqueues __ksym;
__u32 longest;

SEC("tp_btf/sched_wakeup")
int BPF_PROG(on_wakeup, struct task_struct *p)
{
	int cpu;

	for (cpu = 0; cpu < 8; cpu++) {
		struct rq *rq = bpf_per_cpu_ptr(&runqueues, cpu);

		if (rq->nr_running > longest)
			longest = rq->nr_running;
	}
	return 0;
}
char _license[] SEC("license") = "GPL";
