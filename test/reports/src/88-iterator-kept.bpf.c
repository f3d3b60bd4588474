// sched_ext/scx: leaves an open-coded task iterator early
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task, unsigned int flags) __ksym;
struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
void bpf_rcu_read_lock(void) __ksym;
void bpf_rcu_read_unlock(void) __ksym;
int found;

SEC("fentry/do_exit")
int BPF_PROG(scan)
{
	struct bpf_iter_task it;
	struct task_struct *p;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, NULL, 0);
	while ((p = bpf_iter_task_next(&it))) {
		if (p->pid == 1) {
			found = p->tgid;
			bpf_rcu_read_unlock();
			return 0;
		}
	}
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}
char _license[] SEC("license") = "GPL";
