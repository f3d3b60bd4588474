// SPDX-License-Identifier: Apache-2.0
#include "check.h"

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;
extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern long bpf_task_under_cgroup(struct task_struct *task, struct cgroup *ancestor) __ksym;
extern struct cgroup *bpf_task_get_cgroup1(struct task_struct *task, int hierarchy) __ksym;
extern struct cgroup *bpf_cgroup_acquire(struct cgroup *cgroup) __ksym;
extern void bpf_cgroup_release(struct cgroup *cgroup) __ksym;
extern struct cgroup *bpf_cgroup_ancestor(struct cgroup *cgroup, int level) __ksym;
extern struct cgroup *bpf_cgroup_from_id(u64 id) __ksym;
extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task, unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
extern int bpf_iter_css_new(struct bpf_iter_css *it, struct cgroup_subsys_state *start, unsigned int flags) __ksym;
extern struct cgroup_subsys_state *bpf_iter_css_next(struct bpf_iter_css *it) __ksym;
extern void bpf_iter_css_destroy(struct bpf_iter_css *it) __ksym;
extern int bpf_iter_css_task_new(struct bpf_iter_css_task *it, struct cgroup_subsys_state *css, unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *it) __ksym;
extern void bpf_iter_css_task_destroy(struct bpf_iter_css_task *it) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

/* in memory: what the verifier knows of a loop's variables would never be the same twice */
int leaders, threads, own, others, mine, first, n[4];
u64 first_id, last_id;

#define NONE(get, release) do { void *got = get; if (got) { release(got); return __LINE__; } } while (0)
#define SOME(get, release) do { void *got = get; if (!got) return __LINE__; release(got); } while (0)

SEC("syscall")
int current(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf(), *again;
	u64 ids = bpf_get_current_pid_tgid(), owner = bpf_get_current_uid_gid();
	char comm[16] = {};
	int before;

	CHECK((u64)task == bpf_get_current_task());
	CHECK(task->pid == (u32)ids);
	CHECK(task->tgid == ids >> 32);
	CHECK(task->cred->uid.val == (u32)owner);
	CHECK(task->cred->gid.val == owner >> 32);
	CHECK(bpf_get_current_comm(comm, sizeof(comm)) == 0);
	for (int i = 0; i < 16; i++)
		CHECK(comm[i] == task->comm[i]);
	before = task->rcu_users.refs.counter;
	again = bpf_task_acquire(task);
	CHECK(again);
	ids = task->rcu_users.refs.counter;
	bpf_task_release(again);
	CHECK((int)ids == before + 1);
	CHECK(task->rcu_users.refs.counter == before);
	return 0;
}

SEC("syscall")
int by_number(void *ctx)
{
	struct task_struct *task, *me = bpf_get_current_task_btf();
	int pid, same;

	NONE(bpf_task_from_pid(0), bpf_task_release);
	NONE(bpf_task_from_pid(-1), bpf_task_release);
	NONE(bpf_task_from_pid(999999), bpf_task_release);
	task = bpf_task_from_pid(me->pid);
	CHECK(task);
	same = task == me;
	bpf_task_release(task);
	CHECK(same);
	task = bpf_task_from_pid(1);
	CHECK(task);
	pid = task->real_parent->pid;
	bpf_task_release(task);
	CHECK(pid == 0);
	return 0;
}

SEC("syscall")
int cgroups(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u64 id = bpf_get_current_cgroup_id(), found;
	struct cgroup *own;
	int level, under;

	NONE(bpf_cgroup_from_id(987654321), bpf_cgroup_release);
	own = bpf_cgroup_from_id(1);
	CHECK(own);
	level = own->level;
	under = bpf_task_under_cgroup(task, own);
	bpf_cgroup_release(own);
	CHECK(level == 0);
	CHECK(under == 1);
	own = bpf_cgroup_from_id(id);
	CHECK(own);
	found = own->kn->id;
	level = own->level;
	bpf_cgroup_release(own);
	CHECK(found == id);
	CHECK(bpf_get_current_ancestor_cgroup_id(0) == 1);
	CHECK(bpf_get_current_ancestor_cgroup_id(level) == id);
	CHECK(bpf_get_current_ancestor_cgroup_id(level + 1) == 0);
	CHECK(bpf_get_current_ancestor_cgroup_id(-1) == 0);
	NONE(bpf_task_get_cgroup1(task, 99), bpf_cgroup_release);
	return 0;
}

SEC("syscall")
int ancestors(void *ctx)
{
	struct cgroup *root = bpf_cgroup_from_id(1), *at[3];

	CHECK(root);
	n[0] = n[1] = n[2] = 0;
	at[0] = bpf_cgroup_ancestor(root, -1);
	if (at[0]) {
		bpf_cgroup_release(at[0]);
		n[0]++;
	}
	at[1] = bpf_cgroup_ancestor(root, 0);
	if (at[1]) {
		bpf_cgroup_release(at[1]);
		n[1]++;
	}
	at[2] = bpf_cgroup_ancestor(root, 1);
	if (at[2]) {
		bpf_cgroup_release(at[2]);
		n[2]++;
	}
	bpf_cgroup_release(root);
	CHECK(n[0] == 0 && n[1] == 1 && n[2] == 0);
	return 0;
}

SEC("syscall")
int all_tasks(void *ctx)
{
	struct task_struct *task, *me = bpf_get_current_task_btf();
	struct bpf_iter_task it;
	int bad;

	leaders = threads = own = mine = 0;
	first = -1;
	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, NULL, 0);
	while ((task = bpf_iter_task_next(&it))) {
		if (first < 0)
			first = task->pid;
		leaders++;
		if (task->pid != task->tgid)
			own++;
		if (task == me)
			mine++;
	}
	bpf_iter_task_destroy(&it);
	bpf_iter_task_new(&it, NULL, 1);
	while ((task = bpf_iter_task_next(&it)))
		threads++;
	bpf_iter_task_destroy(&it);
	bad = bpf_iter_task_new(&it, NULL, 3);
	if (bpf_iter_task_next(&it))
		bad = 0;
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	CHECK(first == 0);
	CHECK(own == 0);
	CHECK(mine == 1);
	CHECK(leaders >= 2);
	CHECK(threads >= leaders);
	CHECK(bad == -EINVAL);
	return 0;
}

SEC("syscall")
int own_threads(void *ctx)
{
	struct task_struct *task, *me = bpf_get_current_task_btf();
	struct bpf_iter_task it;

	threads = others = 0;
	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, me, 2);
	while ((task = bpf_iter_task_next(&it))) {
		threads++;
		if (task->tgid != me->tgid)
			others++;
	}
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	CHECK(threads == 1);
	CHECK(others == 0);
	return 0;
}

static __always_inline void count(struct cgroup_subsys_state *css, unsigned int order, int *count)
{
	struct cgroup_subsys_state *at;
	struct bpf_iter_css it;

	*count = 0;
	bpf_iter_css_new(&it, css, order);
	while ((at = bpf_iter_css_next(&it))) {
		last_id = at->cgroup->kn->id;
		if (!*count)
			first_id = last_id;
		*count += 1;
	}
	bpf_iter_css_destroy(&it);
}

#define ORDER(order, what) do { \
	struct cgroup *root = bpf_cgroup_from_id(1); \
	if (!root) return __LINE__; \
	bpf_rcu_read_lock(); \
	count(&root->self, order, n + order - 2); \
	bpf_rcu_read_unlock(); \
	bpf_cgroup_release(root); \
	CHECK(what); \
} while (0)

/* the machine's cgroups, or a kernel's: the root comes first, last, alone */
SEC("syscall")
int all_cgroups(void *ctx)
{
	ORDER(2, first_id == 1);
	ORDER(3, last_id == 1);
	ORDER(4, first_id == 1 && last_id == 1);
	CHECK(n[0] == n[1] && n[0] >= 1);
	CHECK(n[2] == 1);
	return 0;
}
