// littlesnitch-linux#1: an int index is checked at its upper end only, mended as advised
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
int table[64];

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	int slot = next->prio - 100;

	if (slot >= 0 && slot < 64)
		table[slot]++;
	return 0;
}
char _license[] SEC("license") = "GPL";
