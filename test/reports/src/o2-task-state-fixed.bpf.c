// bcc#3658 and many more: a field that was renamed
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct task_struct___old {
	volatile long state;
} __attribute__((preserve_access_index));
long state;

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	state = bpf_core_field_exists(prev->__state) ? prev->__state : BPF_CORE_READ((struct task_struct___old *)prev, state);
	return 0;
}
char _license[] SEC("license") = "GPL";
