// StackOverflow: a list in the kernel is walked with list_for_each_entry
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#define entry_of(at, type, member) ((type *)((void *)(at) - __builtin_offsetof(type, member)))
__u64 threads;

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *p)
{
	struct task_struct *child = entry_of(p->children.next, struct task_struct, sibling);

	threads += child->pid;
	return 0;
}
char _license[] SEC("license") = "GPL";
