// bpf list, bpf_copy_from_user_str: the string is copied inside an RCU section that was opened for the task's parent
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern int bpf_copy_from_user_str(void *dst, __u32 dst__sz, const void *unsafe_ptr__ign, __u64 flags) __ksym;

struct event {
	__u32 tgid, parent;
	char arg[64];
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("lsm.s/bprm_creds_for_exec")
int BPF_PROG(on_exec, struct linux_binprm *bprm)
{
	struct task_struct *p = bpf_get_current_task_btf();
	struct task_struct *parent;
	struct event e = {};

	e.tgid = p->tgid;
	bpf_rcu_read_lock();
	parent = p->real_parent;
	if (parent) {
		e.parent = parent->tgid;
		bpf_copy_from_user_str(e.arg, sizeof(e.arg), (void *)bprm->p, 0);
	}
	bpf_rcu_read_unlock();
	bpf_ringbuf_output(&events, &e, sizeof(e), 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
