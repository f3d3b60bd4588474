// bcc/libbpf-tools runqlen: a per-CPU variable of the kernel is read as if it were one
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern const struct rq runqueues __ksym;
__u32 running;

SEC("tp_btf/sched_wakeup")
int BPF_PROG(woken, struct task_struct *p)
{
	struct rq *rq = bpf_this_cpu_ptr(&runqueues);

	running = rq->nr_running;
	return 0;
}
char _license[] SEC("license") = "GPL";
