// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.5 Registering the kfuncs
// A kfunc is visible to the program types it was registered for.
#include "example.h"

// ACCEPT: bpf_task_from_pid is registered for tracing, tc, xdp, struct_ops, syscall, cgroup_skb
SEC("tc")
int registered_tc(struct __sk_buff *skb)
{
	struct task_struct *found = bpf_task_from_pid(1);

	if (found)
		bpf_task_release(found);
	return 0;
}

// REJECT (fixed by registered_tc): not for socket filters
// kernel 6.12: calling kernel function bpf_task_from_pid is not allowed
SEC("socket")
int registered_socket(struct __sk_buff *skb)
{
	// rejected: a socket filter has no task kfuncs
	struct task_struct *found = bpf_task_from_pid(1);

	if (found)
		bpf_task_release(found);
	return 0;
}

// REJECT (fixed by registered_tc): not for kprobes
// kernel 6.12: calling kernel function bpf_task_from_pid is not allowed
SEC("kprobe/do_nanosleep")
int registered_kprobe(struct pt_regs *ctx)
{
	// rejected: a kprobe has no task kfuncs
	struct task_struct *found = bpf_task_from_pid(1);

	if (found)
		bpf_task_release(found);
	return 0;
}

// ACCEPT: the common set is for every type
SEC("socket")
int registered_common(struct __sk_buff *skb)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}

// ACCEPT: xdp has its own dynptr
SEC("xdp")
int registered_xdp(struct xdp_md *xdp)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_xdp(xdp, 0, &ptr);
	return 2;
}

// REJECT (fixed by registered_xdp): the skb's is not for xdp
// kernel 6.12: calling kernel function bpf_dynptr_from_skb is not allowed
SEC("xdp")
int registered_skb_in_xdp(struct xdp_md *xdp)
{
	struct bpf_dynptr ptr;

	// rejected: there is no skb in xdp
	bpf_dynptr_from_skb((void *)xdp, 0, &ptr);
	return 2;
}

// REJECT (fixed by registered_xdp): nor xdp's for tc
// kernel 6.12: calling kernel function bpf_dynptr_from_xdp is not allowed
SEC("tc")
int registered_xdp_in_tc(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	// rejected: there is no xdp buffer in tc
	bpf_dynptr_from_xdp((void *)skb, 0, &ptr);
	return 0;
}
