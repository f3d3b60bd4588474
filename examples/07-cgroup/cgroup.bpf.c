// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4.2 struct cgroup * kfuncs
#include "example.h"

// ACCEPT: the ancestor is checked and released
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_parent, struct cgroup *cgrp, const char *path)
{
	struct cgroup *parent = bpf_cgroup_ancestor(cgrp, cgrp->level - 1);
	int id;

	if (!parent)
		return 0;
	id = parent->self.id;
	bpf_cgroup_release(parent);
	return id == 0;
}

// REJECT (fixed by cgroup_parent): there may be no such ancestor
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_parent_unchecked, struct cgroup *cgrp, const char *path)
{
	struct cgroup *parent = bpf_cgroup_ancestor(cgrp, cgrp->level - 1);

	// rejected: parent may be NULL
	bpf_cgroup_release(parent);
	return 0;
}

// ACCEPT: find a cgroup by id
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_by_id, struct cgroup *cgrp, const char *path)
{
	struct cgroup *found = bpf_cgroup_from_id(cgrp->kn->id);

	if (found)
		bpf_cgroup_release(found);
	return 0;
}

// REJECT (fixed by cgroup_by_id): leaked
// kernel 6.12: Unreleased reference id=2 alloc_insn=3
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_by_id_leak, struct cgroup *cgrp, const char *path)
{
	struct cgroup *found = bpf_cgroup_from_id(cgrp->kn->id);

	// rejected: found is never released
	return found != NULL;
}

// ACCEPT: acquire a trusted cgroup
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_acquire, struct cgroup *cgrp, const char *path)
{
	struct cgroup *held = bpf_cgroup_acquire(cgrp);

	if (held)
		bpf_cgroup_release(held);
	return 0;
}

// REJECT (fixed by cgroup_acquire): a member in the middle is not the cgroup
// kernel 6.12: kernel function bpf_cgroup_acquire args#0 expected pointer to STRUCT cgroup but R1 has a pointer to STRUCT cgroup
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(cgroup_acquire_member, struct cgroup *cgrp, const char *path)
{
	// rejected: an offset into the cgroup
	struct cgroup *held = bpf_cgroup_acquire((void *)&cgrp->level);

	if (held)
		bpf_cgroup_release(held);
	return 0;
}

// ACCEPT: two trusted arguments
SEC("tp_btf/task_newtask")
int BPF_PROG(cgroup_under, struct task_struct *task, u64 clone_flags)
{
	struct cgroup *root = bpf_cgroup_from_id(1);
	long under;

	if (!root)
		return 0;
	under = bpf_task_under_cgroup(task, root);
	bpf_cgroup_release(root);
	return under != 0;
}

// REJECT (fixed by cgroup_under): the arguments are swapped
// kernel 6.12: kernel function bpf_task_under_cgroup args#0 expected pointer to STRUCT task_struct but R1 has a pointer to STRUCT cgroup
SEC("tp_btf/task_newtask")
int BPF_PROG(cgroup_under_swapped, struct task_struct *task, u64 clone_flags)
{
	struct cgroup *root = bpf_cgroup_from_id(1);
	long under;

	if (!root)
		return 0;
	// rejected: first the task, then the cgroup
	under = bpf_task_under_cgroup((void *)root, (void *)task);
	bpf_cgroup_release(root);
	return under != 0;
}
