// libbpf#…: a variable of the kernel, declared without a type
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern const void init_task __ksym;
__u32 pid;

SEC("tp_btf/sched_wakeup")
int BPF_PROG(woken, struct task_struct *p)
{
	pid = BPF_CORE_READ((struct task_struct *)&init_task, pid);
	return 0;
}
char _license[] SEC("license") = "GPL";
