// libbpf questions: how many CPUs there are is a global variable that user space sets
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u32 nr_cpus;
__u64 per_cpu[256];

SEC("tracepoint/sched/sched_process_exit")
int on_exit(void *ctx)
{
	__u64 sum = 0;
	__u32 i;

	for (i = 0; i < nr_cpus; i++)
		sum += per_cpu[i];
	per_cpu[0] = sum;
	return 0;
}
char _license[] SEC("license") = "GPL";
