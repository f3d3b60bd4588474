// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// The shortest correct use of kfuncs for objects, tasks, files and crypto contexts.
#include "example.h"

int bpf_get_dentry_xattr(struct dentry *dentry, const char *name, struct bpf_dynptr *value) __ksym;
int bpf_get_fsverity_digest(struct file *file, struct bpf_dynptr *digest) __ksym;
int bpf_crypto_decrypt(struct bpf_crypto_ctx *ctx, const struct bpf_dynptr *src, const struct bpf_dynptr *dst,
		       const struct bpf_dynptr *siv) __ksym;
bool bpf_session_is_return(void) __ksym;
u64 *bpf_session_cookie(void) __ksym;

struct item { u64 a; struct bpf_list_node node; };
private(A) struct bpf_spin_lock lock;
private(A) struct bpf_list_head head __contains(item, node);

struct slot { struct bpf_crypto_ctx __kptr *ctx; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct slot); }
	slots SEC(".maps");
struct bpf_crypto_params params;
char source[64], target[64];

// ACCEPT: put on the list and taken off it under its lock, dropped after it
SEC("tc")
int list_take_last(struct __sk_buff *skb)
{
	struct item *p = new_object(struct item);
	struct bpf_list_node *node;

	if (!p)
		return 0;
	bpf_spin_lock(&lock);
	push_back(&head, &p->node);
	node = bpf_list_pop_back(&head);
	bpf_spin_unlock(&lock);
	if (node)
		drop_object(container(node, struct item, node));
	return 0;
}

// ACCEPT: a task's group in a version 1 hierarchy
SEC("tp_btf/task_newtask")
int BPF_PROG(group_of_task, struct task_struct *task, u64 clone_flags)
{
	struct cgroup *cgrp = bpf_task_get_cgroup1(task, 1);

	if (cgrp)
		bpf_cgroup_release(cgrp);
	return 0;
}

// ACCEPT: an extended attribute of a directory entry
SEC("lsm.s/inode_getxattr")
int BPF_PROG(xattr_of_dentry, struct dentry *dentry)
{
	struct bpf_dynptr value;

	bpf_dynptr_from_mem(target, sizeof(target), 0, &value);
	bpf_get_dentry_xattr(dentry, "user.kind", &value);
	return 0;
}

// ACCEPT: a file's digest, into memory of the program
SEC("lsm.s/file_open")
int BPF_PROG(digest_of_file, struct file *file)
{
	struct bpf_dynptr digest;

	bpf_dynptr_from_mem(target, sizeof(target), 0, &digest);
	bpf_get_fsverity_digest(file, &digest);
	return 0;
}

// ACCEPT: a second reference to a crypto context
SEC("syscall")
int crypto_share(void *ctx)
{
	struct bpf_crypto_ctx *made, *same;
	int err = 0;

	made = bpf_crypto_ctx_create(&params, sizeof(params), &err);
	if (!made)
		return 0;
	same = bpf_crypto_ctx_acquire(made);
	if (same)
		bpf_crypto_ctx_release(same);
	bpf_crypto_ctx_release(made);
	return 0;
}

// ACCEPT: siv__nullable is NULL
SEC("tc")
int crypto_decrypt(struct __sk_buff *skb)
{
	struct bpf_dynptr from, to;
	struct bpf_crypto_ctx *ctx;
	int key = 0;
	struct slot *slot = bpf_map_lookup_elem(&slots, &key);

	if (!slot)
		return 0;
	ctx = slot->ctx;
	if (!ctx)
		return 0;
	bpf_dynptr_from_mem(source, sizeof(source), 0, &from);
	bpf_dynptr_from_mem(target, sizeof(target), 0, &to);
	bpf_crypto_decrypt(ctx, &from, &to, NULL);
	return 0;
}

// ACCEPT: entry and return of a function, and what the one leaves for the other
SEC("kprobe.session/do_nanosleep")
int session(struct pt_regs *ctx)
{
	u64 *cookie = bpf_session_cookie();

	if (!bpf_session_is_return())
		*cookie = 1;
	return 0;
}
