// scx#…, Stack Overflow "partial copy of pointer": the lower half of an address as a number
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
__u32 id;

SEC("tp_btf/sched_wakeup")
int BPF_PROG(woken, struct task_struct *p)
{
	__u32 low = (__u32)(unsigned long)p;

	id = low * 2654435761u;
	return 0;
}
char _license[] SEC("license") = "GPL";
