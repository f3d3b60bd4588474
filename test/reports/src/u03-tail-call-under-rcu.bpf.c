// constructed after Cilium's and Tetragon's tail calls: the next stage is called inside an RCU section
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} stages SEC(".maps");
int last_parent;

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *p, int old_pid, struct linux_binprm *bprm)
{
	struct task_struct *parent;

	bpf_rcu_read_lock();
	parent = p->real_parent;
	if (parent && parent->tgid != 1) {
		last_parent = parent->tgid;
		bpf_tail_call(ctx, &stages, 1);
	}
	bpf_rcu_read_unlock();
	return 0;
}
char _license[] SEC("license") = "GPL";
