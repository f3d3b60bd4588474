// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.5 Registering the kfuncs
// A filter looks further than the program type.
#include "example.h"

// ACCEPT: bpf_sock_destroy() is for iterators over sockets
SEC("iter/tcp")
int destroy_in_iter(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;

	if (!sk)
		return 0;
	bpf_sock_destroy(sk);
	return 0;
}

// REJECT (fixed by destroy_in_iter): tracing as well, but not an iterator
// kernel 6.12: calling kernel function bpf_sock_destroy is not allowed
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(destroy_in_tracepoint, struct sock *sk)
{
	// rejected: the filter lets iterators only
	bpf_sock_destroy((struct sock_common *)sk);
	return 0;
}

char path[64];

// ACCEPT: the file kfuncs are for LSM programs
SEC("lsm.s/file_open")
int BPF_PROG(path_in_lsm, struct file *file)
{
	bpf_path_d_path(&file->f_path, path, sizeof(path));
	return 0;
}

// REJECT (fixed by path_in_lsm): tracing shares the hook with LSM; the filter tells them apart
// kernel 6.12: calling kernel function bpf_path_d_path is not allowed
SEC("fentry/vfs_open")
int BPF_PROG(path_in_fentry, struct path *p)
{
	// rejected: not an LSM program
	bpf_path_d_path(p, path, sizeof(path));
	return 0;
}

// REJECT (fixed by path_in_lsm): nor a raw tracepoint
// kernel 6.12: calling kernel function bpf_get_task_exe_file is not allowed
SEC("tp_btf/task_newtask")
int BPF_PROG(exe_in_tracepoint, struct task_struct *task, u64 clone_flags)
{
	// rejected: not an LSM program
	struct file *exe = bpf_get_task_exe_file(task);

	if (exe)
		bpf_put_file(exe);
	return 0;
}

// ACCEPT: in LSM the same call is allowed
SEC("lsm/file_open")
int BPF_PROG(exe_in_lsm, struct file *file)
{
	struct file *exe = bpf_get_task_exe_file(bpf_get_current_task_btf());

	if (exe)
		bpf_put_file(exe);
	return 0;
}
