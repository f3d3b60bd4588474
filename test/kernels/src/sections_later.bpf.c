// SPDX-License-Identifier: Apache-2.0
// Sections that libbpf 1.5 does not know: sessions, sleepable tracepoints, tracing of many functions.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern bool bpf_session_is_return(void *ctx) __ksym __weak;

SEC("fsession/bpf_fentry_test1")
int session_return(unsigned long long *ctx)
{
	unsigned long long result = 0;

	bpf_get_func_ret(ctx, &result);
	return 0;
}

SEC("fsession/bpf_fentry_test1")
int session_one(unsigned long long *ctx)
{
	return 1;
}

SEC("fsession/do_exit")
int session_noreturn(unsigned long long *ctx)
{
	return 0;
}

SEC("uprobe.session")
int uprobe_session_one(struct pt_regs *ctx)
{
	return 1;
}

SEC("uprobe.session")
int uprobe_session_two(struct pt_regs *ctx)
{
	return 2;
}

SEC("tp_btf.s/sys_enter")
int faultable(unsigned long long *ctx)
{
	return 0;
}

SEC("tp_btf.s/sched_switch")
int not_faultable(unsigned long long *ctx)
{
	return 0;
}

char buffer[8];

SEC("raw_tp.s/sys_enter")
int raw_copies(void *ctx)
{
	return bpf_copy_from_user(buffer, sizeof(buffer), (void *)8);
}

SEC("raw_tp/sys_enter")
int raw_does_not_copy(void *ctx)
{
	return bpf_copy_from_user(buffer, sizeof(buffer), (void *)8);
}

SEC("tp.s/syscalls/sys_enter_getcwd")
int tp_copies(void *ctx)
{
	return bpf_copy_from_user(buffer, sizeof(buffer), (void *)8);
}

SEC("fentry.multi")
int many(void *ctx)
{
	return 0;
}

SEC("fentry.multi")
int many_read(unsigned long long *ctx)
{
	return ctx[0] == 3;
}

SEC("fexit.multi.s")
int many_sleep(void *ctx)
{
	bpf_copy_from_user(buffer, sizeof(buffer), (void *)8);
	return 0;
}

SEC("fsession.multi")
int many_one(void *ctx)
{
	return 1;
}
