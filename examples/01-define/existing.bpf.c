// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.3 Using an existing kernel function
// cgroup_rstat_updated() is the kernel's own function, registered as it is.
#include "example.h"

// ACCEPT: the type of the argument is the one the function is written with
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(rstat_updated, struct cgroup *cgrp, const char *path)
{
	cgroup_rstat_updated(cgrp, 0);
	return 0;
}

// REJECT (fixed by rstat_updated): BTF types of argument and parameter must agree
// kernel 6.12: kernel function cgroup_rstat_updated args#0 expected pointer to STRUCT cgroup but R1 has a pointer to STRUCT task_struct
SEC("tp_btf/task_newtask")
int BPF_PROG(rstat_updated_with_task, struct task_struct *task, u64 clone_flags)
{
	// rejected: a task is not a cgroup
	cgroup_rstat_updated((void *)task, 0);
	return 0;
}

// ACCEPT: a sleepable hook may call an existing function that sleeps
SEC("lsm.s/file_open")
int BPF_PROG(rstat_flush, struct file *file)
{
	struct cgroup *cgrp = bpf_cgroup_from_id(1);

	if (!cgrp)
		return 0;
	cgroup_rstat_flush(cgrp);
	bpf_cgroup_release(cgrp);
	return 0;
}

// REJECT (fixed by rstat_flush): the function sleeps, this hook must not
// kernel 6.12: program must be sleepable to call sleepable kfunc cgroup_rstat_flush
SEC("lsm/file_open")
int BPF_PROG(rstat_flush_atomic, struct file *file)
{
	struct cgroup *cgrp = bpf_cgroup_from_id(1);

	if (!cgrp)
		return 0;
	// rejected: the program is not sleepable
	cgroup_rstat_flush(cgrp);
	bpf_cgroup_release(cgrp);
	return 0;
}
