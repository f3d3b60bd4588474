// SPDX-License-Identifier: Apache-2.0
// Hooks whose kfuncs have models: sessions, sockets, attributes, congestion control.
#define BPF_NO_KFUNC_PROTOTYPES
#include "check.h"
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

bool bpf_session_is_return(void *ctx) __ksym;
__u64 *bpf_session_cookie(void *ctx) __ksym;
int bpf_sock_destroy(struct sock_common *sock) __ksym;
int bpf_sock_addr_set_sun_path(struct bpf_sock_addr_kern *at, const u8 *path, u32 size) __ksym;
void *bpf_cast_to_kern_ctx(void *ctx) __ksym;
int bpf_set_dentry_xattr(struct dentry *dentry, const char *name, const struct bpf_dynptr *value, int flags) __ksym;
int bpf_remove_dentry_xattr(struct dentry *dentry, const char *name) __ksym;
int bpf_cgroup_read_xattr(struct cgroup *cgroup, const char *name, struct bpf_dynptr *value) __ksym;
u32 tcp_reno_ssthresh(struct sock *sk) __ksym;
u32 tcp_reno_undo_cwnd(struct sock *sk) __ksym;
void tcp_reno_cong_avoid(struct sock *sk, u32 ack, u32 acked) __ksym;
u32 tcp_slow_start(struct tcp_sock *tp, u32 acked) __ksym;
void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked) __ksym;

u64 seen[8];
char bytes[8];

/* How long a function takes. */
SEC("kprobe.session/do_unlinkat")
int session(struct pt_regs *ctx)
{
	u64 *began = bpf_session_cookie(ctx);

	if (!bpf_session_is_return(ctx)) {
		*began = bpf_ktime_get_ns();
		return 0;
	}
	seen[0] = bpf_ktime_get_ns() - *began;
	return 0;
}

SEC("iter/tcp")
int ends(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;

	if (sk)
		seen[0] = bpf_sock_destroy(sk);
	return 0;
}

SEC("cgroup/connect_unix")
int elsewhere(struct bpf_sock_addr *ctx)
{
	struct bpf_sock_addr_kern *kernel = bpf_cast_to_kern_ctx(ctx);
	struct sockaddr_un *at;
	u8 path[] = "/run/b";

	seen[0] = bpf_sock_addr_set_sun_path(kernel, path, sizeof(path) - 1);
	seen[1] = kernel->uaddrlen;
	at = (void *)kernel->uaddr;
	bpf_probe_read_kernel(bytes, sizeof(bytes), &at->sun_path);
	return 1;
}

SEC("lsm.s/inode_getxattr")
int BPF_PROG(labels, struct dentry *dentry)
{
	struct bpf_dynptr value;

	bytes[0] = 'x';
	bpf_dynptr_from_mem(bytes, 3, 0, &value);
	seen[0] = bpf_set_dentry_xattr(dentry, "user.label", &value, 0);
	seen[1] = bpf_set_dentry_xattr(dentry, "security.bpf.label", &value, 2);
	seen[2] = bpf_set_dentry_xattr(dentry, "security.bpf.label", &value, 0);
	seen[3] = bpf_set_dentry_xattr(dentry, "security.bpf.label", &value, 1);
	seen[4] = bpf_remove_dentry_xattr(dentry, "security.bpf.other");
	seen[5] = bpf_remove_dentry_xattr(dentry, "security.bpf.old");
	return 0;
}

SEC("lsm/socket_connect")
int BPF_PROG(tier)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct bpf_dynptr value;
	struct cgroup *cgroup;

	bpf_dynptr_from_mem(bytes, sizeof(bytes), 0, &value);
	cgroup = task->cgroups->dfl_cgrp;
	seen[0] = bpf_cgroup_read_xattr(cgroup, "user.tier", &value);
	seen[1] = bpf_cgroup_read_xattr(cgroup, "user.none", &value);
	seen[2] = bpf_cgroup_read_xattr(cgroup, "trusted.tier", &value);
	return 0;
}

SEC("struct_ops")
u32 BPF_PROG(threshold, struct sock *sk)
{
	return tcp_reno_ssthresh(sk);
}
SEC("struct_ops")
u32 BPF_PROG(undo, struct sock *sk)
{
	return tcp_reno_undo_cwnd(sk);
}
SEC("struct_ops")
void BPF_PROG(avoid, struct sock *sk, u32 ack, u32 acked)
{
	tcp_reno_cong_avoid(sk, ack, acked);
}

SEC(".struct_ops")
struct tcp_congestion_ops reno = {
	.ssthresh = (void *)threshold,
	.undo_cwnd = (void *)undo,
	.cong_avoid = (void *)avoid,
	.name = "bpf_reno",
};
