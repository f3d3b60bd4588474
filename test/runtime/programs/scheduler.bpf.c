// SPDX-License-Identifier: Apache-2.0
// Operations of schedulers: queues first in first out and by time, CPUs picked and kicked, tasks moved between queues, ends.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char _license[] SEC("license") = "GPL";

/* Of kernels with sched_ext, those members that are here. */
struct scx_exit_info;
struct sched_ext_ops {
	s32 (*select_cpu)(struct task_struct *p, s32 prev_cpu, u64 wake_flags);
	void (*enqueue)(struct task_struct *p, u64 enq_flags);
	void (*dispatch)(s32 cpu, struct task_struct *prev);
	void (*tick)(struct task_struct *p);
	void (*stopping)(struct task_struct *p, bool runnable);
	s32 (*init)(void);
	void (*exit)(struct scx_exit_info *info);
	char name[128];
};
struct bpf_iter_scx_dsq {
	u64 __opaque[6];
} __attribute__((aligned(8)));

extern s32 scx_bpf_create_dsq(u64 dsq_id, s32 node) __ksym;
extern void scx_bpf_destroy_dsq(u64 dsq_id) __ksym;
extern s32 scx_bpf_dsq_nr_queued(u64 dsq_id) __ksym;
extern s32 scx_bpf_select_cpu_dfl(struct task_struct *p, s32 prev_cpu, u64 wake_flags, bool *is_idle) __ksym;
extern void scx_bpf_kick_cpu(s32 cpu, u64 flags) __ksym;
extern s32 scx_bpf_task_cpu(const struct task_struct *p) __ksym;
extern bool scx_bpf_task_running(const struct task_struct *p) __ksym;
extern u32 scx_bpf_dispatch_nr_slots(void) __ksym;
extern void scx_bpf_dispatch_cancel(void) __ksym;
extern u32 scx_bpf_nr_cpu_ids(void) __ksym;
extern s32 scx_bpf_pick_idle_cpu(const struct cpumask *cpus_allowed, u64 flags) __ksym;
extern s32 scx_bpf_pick_any_cpu(const struct cpumask *cpus_allowed, u64 flags) __ksym;
extern const struct cpumask *scx_bpf_get_idle_cpumask(void) __ksym;
extern void scx_bpf_put_idle_cpumask(const struct cpumask *idle_mask) __ksym;
extern u32 bpf_cpumask_weight(const struct cpumask *cpumask) __ksym;
extern struct cgroup *scx_bpf_task_cgroup(struct task_struct *p) __ksym;
extern void bpf_cgroup_release(struct cgroup *p) __ksym;
extern void scx_bpf_error_bstr(char *fmt, unsigned long long *data, u32 data__sz) __ksym;
extern void scx_bpf_exit_bstr(s64 exit_code, char *fmt, unsigned long long *data, u32 data__sz) __ksym;
extern int bpf_iter_scx_dsq_new(struct bpf_iter_scx_dsq *it, u64 dsq_id, u64 flags) __ksym;
extern struct task_struct *bpf_iter_scx_dsq_next(struct bpf_iter_scx_dsq *it) __ksym;
extern void bpf_iter_scx_dsq_destroy(struct bpf_iter_scx_dsq *it) __ksym;

/* Their names until 6.12, and since 6.13. */
extern void scx_bpf_dispatch(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) __ksym __weak;
extern void scx_bpf_dsq_insert(struct task_struct *p, u64 dsq_id, u64 slice, u64 enq_flags) __ksym __weak;
extern void scx_bpf_dispatch_vtime(struct task_struct *p, u64 dsq_id, u64 slice, u64 vtime, u64 enq_flags) __ksym __weak;
extern void scx_bpf_dsq_insert_vtime(struct task_struct *p, u64 dsq_id, u64 slice, u64 vtime, u64 enq_flags) __ksym __weak;
extern bool scx_bpf_consume(u64 dsq_id) __ksym __weak;
extern bool scx_bpf_dsq_move_to_local(u64 dsq_id) __ksym __weak;
extern bool scx_bpf_dispatch_from_dsq(struct bpf_iter_scx_dsq *it__iter, struct task_struct *p, u64 dsq_id, u64 enq_flags) __ksym __weak;
extern bool scx_bpf_dsq_move(struct bpf_iter_scx_dsq *it__iter, struct task_struct *p, u64 dsq_id, u64 enq_flags) __ksym __weak;
extern void scx_bpf_dispatch_from_dsq_set_slice(struct bpf_iter_scx_dsq *it__iter, u64 slice) __ksym __weak;
extern void scx_bpf_dsq_move_set_slice(struct bpf_iter_scx_dsq *it__iter, u64 slice) __ksym __weak;

#define LOCAL ((1ULL << 63) | 2)
#define LOCAL_ON ((3ULL << 62))
#define FIRST_IN 7
#define BY_TIME 8

static __always_inline void insert(struct task_struct *p, u64 dsq, u64 slice, u64 flags)
{
	if (bpf_ksym_exists(scx_bpf_dsq_insert))
		scx_bpf_dsq_insert(p, dsq, slice, flags);
	else if (bpf_ksym_exists(scx_bpf_dispatch))
		scx_bpf_dispatch(p, dsq, slice, flags);
}

static __always_inline bool move_to_local(u64 dsq)
{
	if (bpf_ksym_exists(scx_bpf_dsq_move_to_local))
		return scx_bpf_dsq_move_to_local(dsq);
	return bpf_ksym_exists(scx_bpf_consume) && scx_bpf_consume(dsq);
}

/* What the test says, and what it is told. */
u64 vtime;
u64 enqueue_flags;
s32 moved_pid, moved_cpu;
s64 answers[16];

SEC("struct_ops/select_cpu")
s32 BPF_PROG(fifo_select_cpu, struct task_struct *p, s32 prev_cpu, u64 wake_flags)
{
	bool is_idle = false;
	s32 cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &is_idle);

	if (is_idle)
		insert(p, LOCAL, 5000, 0);
	return cpu;
}

SEC("struct_ops/enqueue")
void BPF_PROG(fifo_enqueue, struct task_struct *p, u64 enq_flags)
{
	insert(p, FIRST_IN, 3000, enqueue_flags);
	scx_bpf_kick_cpu(scx_bpf_task_cpu(p), 1);
}

SEC("struct_ops/dispatch")
void BPF_PROG(fifo_dispatch, s32 cpu, struct task_struct *prev)
{
	answers[0] = scx_bpf_dispatch_nr_slots();
	answers[1] = move_to_local(FIRST_IN);
	answers[2] = scx_bpf_dsq_nr_queued(FIRST_IN);
	answers[3] = scx_bpf_dsq_nr_queued(LOCAL);
	answers[4] = scx_bpf_dsq_nr_queued(LOCAL_ON | 1);
	answers[5] = scx_bpf_dsq_nr_queued(99);
	if (prev)
		answers[6] = scx_bpf_task_running(prev);
}

SEC("struct_ops.s/init")
s32 BPF_PROG(fifo_init)
{
	answers[0] = scx_bpf_create_dsq(FIRST_IN, -1);
	answers[1] = scx_bpf_create_dsq(BY_TIME, 0);
	answers[2] = scx_bpf_create_dsq(FIRST_IN, -1);
	answers[3] = scx_bpf_create_dsq(LOCAL, -1);
	answers[4] = scx_bpf_create_dsq(9, 70);
	return 0;
}

SEC("struct_ops/tick")
void BPF_PROG(fifo_tick, struct task_struct *p)
{
	const struct cpumask *idle = scx_bpf_get_idle_cpumask();
	struct cgroup *cgroup;

	answers[0] = scx_bpf_nr_cpu_ids();
	answers[1] = bpf_cpumask_weight(idle);
	answers[2] = scx_bpf_pick_idle_cpu(p->cpus_ptr, 0);
	answers[3] = scx_bpf_pick_any_cpu(p->cpus_ptr, 0);
	scx_bpf_put_idle_cpumask(idle);
	cgroup = scx_bpf_task_cgroup(p);
	answers[4] = cgroup->level;
	bpf_cgroup_release(cgroup);
}

SEC("struct_ops/stopping")
void BPF_PROG(fifo_stopping, struct task_struct *p, bool runnable)
{
	static char fmt[] = "%s has run for %d";
	unsigned long long data[] = { (unsigned long)p->comm, runnable };

	scx_bpf_exit_bstr(4, fmt, data, sizeof(data));
}

SEC(".struct_ops.link")
struct sched_ext_ops fifo = {
	.select_cpu = (void *)fifo_select_cpu,
	.enqueue = (void *)fifo_enqueue,
	.dispatch = (void *)fifo_dispatch,
	.init = (void *)fifo_init,
	.tick = (void *)fifo_tick,
	.stopping = (void *)fifo_stopping,
	.name = "fifo",
};

SEC("struct_ops/enqueue")
void BPF_PROG(timed_enqueue, struct task_struct *p, u64 enq_flags)
{
	if (bpf_ksym_exists(scx_bpf_dsq_insert_vtime))
		scx_bpf_dsq_insert_vtime(p, BY_TIME, 2000, vtime, 0);
	else if (bpf_ksym_exists(scx_bpf_dispatch_vtime))
		scx_bpf_dispatch_vtime(p, BY_TIME, 2000, vtime, 0);
}

/* Sends one task of the queue to a CPU of the test's choice. */
SEC("struct_ops/dispatch")
void BPF_PROG(timed_dispatch, s32 cpu, struct task_struct *prev)
{
	struct bpf_iter_scx_dsq it;
	struct task_struct *p;
	u32 at = 0;

	answers[15] = bpf_iter_scx_dsq_new(&it, BY_TIME, 0);
	while ((p = bpf_iter_scx_dsq_next(&it))) {
		if (at < 8)
			answers[at++] = p->pid;
		if (p->pid != moved_pid)
			continue;
		if (bpf_ksym_exists(scx_bpf_dsq_move)) {
			scx_bpf_dsq_move_set_slice(&it, 777);
			answers[14] = scx_bpf_dsq_move(&it, p, LOCAL_ON | moved_cpu, 0);
		} else if (bpf_ksym_exists(scx_bpf_dispatch_from_dsq)) {
			scx_bpf_dispatch_from_dsq_set_slice(&it, 777);
			answers[14] = scx_bpf_dispatch_from_dsq(&it, p, LOCAL_ON | moved_cpu, 0);
		}
	}
	bpf_iter_scx_dsq_destroy(&it);
}

SEC(".struct_ops.link")
struct sched_ext_ops timed = {
	.enqueue = (void *)timed_enqueue,
	.dispatch = (void *)timed_dispatch,
	.name = "timed",
};

/* What it may not do. */
SEC("struct_ops/enqueue")
void BPF_PROG(wrong_enqueue, struct task_struct *p, u64 enq_flags)
{
	insert(p, 1234, 1000, 0);
}

SEC("struct_ops/dispatch")
void BPF_PROG(wrong_dispatch, s32 cpu, struct task_struct *prev)
{
	scx_bpf_dispatch_cancel();
}

SEC("struct_ops/tick")
void BPF_PROG(wrong_tick, struct task_struct *p)
{
	scx_bpf_kick_cpu(77, 0);
}

SEC("struct_ops/stopping")
void BPF_PROG(wrong_stopping, struct task_struct *p, bool runnable)
{
	scx_bpf_destroy_dsq(FIRST_IN);
}

SEC(".struct_ops.link")
struct sched_ext_ops wrong = {
	.enqueue = (void *)wrong_enqueue,
	.dispatch = (void *)wrong_dispatch,
	.tick = (void *)wrong_tick,
	.stopping = (void *)wrong_stopping,
	.name = "wrong",
};
