// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.5 KF_SLEEPABLE flag
#include "example.h"

char text[16];
u64 address;

// ACCEPT: a syscall program is sleepable
SEC("syscall")
int sleepable_syscall(void *ctx)
{
	bpf_copy_from_user_str(text, sizeof(text), (void *)address, 0);
	return 0;
}

// REJECT (fixed by sleepable_syscall): tc is not
// kernel 6.12: program must be sleepable to call sleepable kfunc bpf_copy_from_user_str
SEC("tc")
int sleepable_tc(struct __sk_buff *skb)
{
	// rejected: packets do not wait
	bpf_copy_from_user_str(text, sizeof(text), (void *)address, 0);
	return 0;
}

// REJECT (fixed by sleepable_syscall): nor does a sleepable program sleep in an RCU section
// kernel 6.12: kernel func bpf_copy_from_user_str is sleepable within rcu_read_lock region
SEC("syscall")
int sleepable_in_rcu(void *ctx)
{
	bpf_rcu_read_lock();
	// rejected: the section is still open
	bpf_copy_from_user_str(text, sizeof(text), (void *)address, 0);
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by sleepable_syscall): nor with preemption off
// kernel 6.12: kernel func bpf_copy_from_user_str is sleepable within non-preemptible region
SEC("syscall")
int sleepable_in_preempt(void *ctx)
{
	bpf_preempt_disable();
	// rejected: preemption is off
	bpf_copy_from_user_str(text, sizeof(text), (void *)address, 0);
	bpf_preempt_enable();
	return 0;
}

static __noinline int copy(void)
{
	return bpf_copy_from_user_str(text, sizeof(text), (void *)address, 0);
}

// ACCEPT: a subprogram sleeps as its caller may
SEC("lsm.s/file_open")
int BPF_PROG(sleepable_subprog, struct file *file)
{
	copy();
	return 0;
}

// REJECT (fixed by sleepable_subprog): the same subprogram called from a program that must not sleep
// kernel 6.12: program must be sleepable to call sleepable kfunc bpf_copy_from_user_str
SEC("lsm/file_open")
int BPF_PROG(sleepable_subprog_atomic, struct file *file)
{
	copy();
	return 0;
}
