// rsched#8: index is a remainder, which the verifier does not bound
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u64 hist[26];

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	__u64 slot = bpf_ktime_get_ns() % 26;

	hist[slot]++;
	return 0;
}
char _license[] SEC("license") = "GPL";
