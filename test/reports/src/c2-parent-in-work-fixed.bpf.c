// bpf list, bpf_wq: the parent of a task is taken in the callback of a work queue
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern int bpf_wq_init(struct bpf_wq *wq, void *p__map, unsigned int flags) __ksym;
extern int bpf_wq_start(struct bpf_wq *wq, unsigned int flags) __ksym;
extern int bpf_wq_set_callback_impl(struct bpf_wq *wq, int (callback_fn)(void *map, int *key, void *value), unsigned int flags, void *aux__ign) __ksym;
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;

struct job {
	struct bpf_wq work;
	int pid, parent;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct job);
} jobs SEC(".maps");

static int run(void *map, int *key, void *value)
{
	struct job *j = value;
	struct task_struct *p = bpf_task_from_pid(j->pid), *parent;

	if (!p)
		return 0;
	bpf_rcu_read_lock();
	parent = bpf_task_acquire(p->real_parent);
	bpf_rcu_read_unlock();
	if (parent) {
		j->parent = parent->pid;
		bpf_task_release(parent);
	}
	bpf_task_release(p);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *p)
{
	int zero = 0;
	struct job *j = bpf_map_lookup_elem(&jobs, &zero);

	if (!j)
		return 0;
	j->pid = p->pid;
	if (bpf_wq_init(&j->work, &jobs, 0) || bpf_wq_set_callback_impl(&j->work, run, 0, NULL))
		return 0;
	bpf_wq_start(&j->work, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
