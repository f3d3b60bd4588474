// scx#916: a return inside an RCU read section
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;
int ppid;

SEC("lsm.s/file_open")
int BPF_PROG(pg, struct file *f)
{
	struct task_struct *t = bpf_get_current_task_btf(), *parent;

	bpf_rcu_read_lock();
	parent = t->real_parent;
	if (!parent)
		return 0;
	ppid = parent->pid;
	bpf_rcu_read_unlock();
	return 0;
}
char _license[] SEC("license") = "GPL";
