// SPDX-License-Identifier: Apache-2.0
// References left in maps: what becomes of them is seen from outside.
#include "check.h"

/* Of the module in kept.test.ts. */
struct job { int id; } __attribute__((preserve_access_index));
struct job *job_find(int id) __ksym;
void job_put(struct job *job) __ksym;

struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *task) __ksym;
struct cgroup *bpf_cgroup_from_id(u64 id) __ksym;
void bpf_cgroup_release(struct cgroup *cgroup) __ksym;

#define __kptr __attribute__((btf_type_tag("kptr")))

struct jobs { struct job __kptr *job; u32 id; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, u32); __type(value, struct jobs); } by_id SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, u32); __type(value, struct jobs); } slots SEC(".maps");

struct kernel { struct task_struct __kptr *task; struct cgroup __kptr *cgroup; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, u32); __type(value, struct kernel); } owned SEC(".maps");

/* Into an array, by the number at the context's beginning. */
SEC("syscall")
int keep(u32 *ctx)
{
	u32 key = 0;
	struct jobs *to = bpf_map_lookup_elem(&slots, &key);
	struct job *job;

	if (!to)
		return 1;
	job = job_find(ctx[0]);
	if (!job)
		return 2;
	job = bpf_kptr_xchg(&to->job, job);
	if (job)
		job_put(job);
	return 0;
}

SEC("syscall")
int keep_in_hash(u32 *ctx)
{
	u32 key = ctx[0];
	struct jobs zero = {}, *to;
	struct job *job;

	bpf_map_update_elem(&by_id, &key, &zero, BPF_ANY);
	to = bpf_map_lookup_elem(&by_id, &key);
	if (!to)
		return 1;
	job = job_find(key);
	if (!job)
		return 2;
	job = bpf_kptr_xchg(&to->job, job);
	if (job)
		job_put(job);
	return 0;
}

SEC("syscall")
int delete_from_hash(u32 *ctx)
{
	u32 key = ctx[0];

	return bpf_map_delete_elem(&by_id, &key);
}

SEC("syscall")
int keep_kernel(u32 *ctx)
{
	u32 key = 0;
	struct kernel *to = bpf_map_lookup_elem(&owned, &key);
	struct task_struct *task;
	struct cgroup *cgroup;

	if (!to)
		return 1;
	task = bpf_task_from_pid(ctx[0]);
	if (!task)
		return 2;
	task = bpf_kptr_xchg(&to->task, task);
	if (task)
		bpf_task_release(task);
	cgroup = bpf_cgroup_from_id(ctx[1]);
	if (!cgroup)
		return 3;
	cgroup = bpf_kptr_xchg(&to->cgroup, cgroup);
	if (cgroup)
		bpf_cgroup_release(cgroup);
	return 0;
}

struct { __uint(type, BPF_MAP_TYPE_TASK_STORAGE); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, int); __type(value, struct jobs); } per_task SEC(".maps");

/* For the task that runs. */
SEC("tp_btf/sys_enter")
int keep_for_task(u64 *ctx)
{
	struct jobs *to = bpf_task_storage_get(&per_task, bpf_get_current_task_btf(), NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!to)
		return 1;
	to->id = 5;
	return 0;
}
