// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.4 KF_TRUSTED_ARGS flag
#include "example.h"

// ACCEPT: a tracepoint argument is trusted
SEC("tp_btf/task_newtask")
int BPF_PROG(trusted_tp_arg, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(task);

	if (held)
		bpf_task_release(held);
	return 0;
}

// REJECT (fixed by trusted_tp_arg): a fentry argument is not
// kernel 6.12: R1 must be a rcu pointer
SEC("fentry/wake_up_new_task")
int BPF_PROG(trusted_fentry_arg, struct task_struct *task)
{
	// rejected: fentry promises nothing about its arguments
	struct task_struct *held = bpf_task_acquire(task);

	if (held)
		bpf_task_release(held);
	return 0;
}

// REJECT (fixed by trusted_tp_arg): a pointer walked to is no longer trusted
// kernel 6.12: R1 must be a rcu pointer
SEC("tp_btf/task_newtask")
int BPF_PROG(trusted_walked, struct task_struct *task, u64 clone_flags)
{
	// rejected: last_wakee may be gone
	struct task_struct *held = bpf_task_acquire(task->last_wakee);

	if (held)
		bpf_task_release(held);
	return 0;
}

char path[64];

// ACCEPT: memory that is no BTF object may have an offset
SEC("lsm.s/file_open")
int BPF_PROG(trusted_memory_offset, struct file *file)
{
	bpf_path_d_path(&file->f_path, path + 8, sizeof(path) - 8);
	return 0;
}

// ACCEPT: BTF_TYPE_SAFE_TRUSTED(struct linux_binprm) { struct file *file; }
SEC("lsm.s/bprm_committed_creds")
int BPF_PROG(trusted_safe_field, struct linux_binprm *bprm)
{
	bpf_path_d_path(&bprm->file->f_path, path, sizeof(path));
	return 0;
}

// REJECT (fixed by trusted_safe_field): mm->exe_file is RCU-safe, not trusted
// kernel 6.12: R1 must be referenced or trusted
SEC("lsm.s/file_open")
int BPF_PROG(trusted_unsafe_field, struct file *file)
{
	struct task_struct *task = bpf_get_current_task_btf();

	// rejected: walked from the task to its mm to a file
	bpf_path_d_path(&task->mm->exe_file->f_path, path, sizeof(path));
	return 0;
}

// ACCEPT: the task of an iterator program is trusted once it is not NULL
SEC("iter/task")
int trusted_iter_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task, *held;

	if (!task)
		return 0;
	held = bpf_task_acquire(task);
	if (held)
		bpf_task_release(held);
	return 0;
}

// REJECT (fixed by trusted_iter_task): at the end of the iteration it is NULL
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("iter/task")
int trusted_iter_task_null(struct bpf_iter__task *ctx)
{
	// rejected: the last call has no task
	struct task_struct *held = bpf_task_acquire(ctx->task);

	if (held)
		bpf_task_release(held);
	return 0;
}

// ACCEPT: the current task is trusted
SEC("tp_btf/task_newtask")
int BPF_PROG(trusted_current, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *held = bpf_task_acquire(bpf_get_current_task_btf());

	if (held)
		bpf_task_release(held);
	return 0;
}

// REJECT (fixed by trusted_current): the older helper returns a number
// kernel 6.12: arg#0 pointer type STRUCT task_struct must point to scalar, or struct with scalar
SEC("tp_btf/task_newtask")
int BPF_PROG(trusted_current_number, struct task_struct *task, u64 clone_flags)
{
	// rejected: a number is no task
	struct task_struct *held = bpf_task_acquire((void *)bpf_get_current_task());

	if (held)
		bpf_task_release(held);
	return 0;
}
