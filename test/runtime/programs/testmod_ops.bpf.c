// SPDX-License-Identifier: Apache-2.0
// Programs of the struct_ops that the kernel's test module has: the real kernel's verdicts on them stand in test/runtime/testmod-ops.test.ts,
// which declares the same structs as a module of one's own.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct bpf_testmod_ops {
	int (*test_1)(void);
	void (*test_2)(int a, int b);
	int (*test_maybe_null)(int dummy, struct task_struct *task);
	int data;
};
struct st_ops_args { u64 a; };
struct bpf_testmod_st_ops {
	int (*test_prologue)(struct st_ops_args *args);
	int (*test_epilogue)(struct st_ops_args *args);
	int (*test_pro_epilogue)(struct st_ops_args *args);
};

extern struct task_struct *bpf_task_acquire(struct task_struct *task) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;

#define OPS(prog, member) \
	SEC(".struct_ops.link") struct bpf_testmod_ops ops_##prog = { .member = (void *)prog }
#define ST_OPS(prog, member) \
	SEC(".struct_ops.link") struct bpf_testmod_st_ops ops_##prog = { .member = (void *)prog }

SEC("struct_ops/test_maybe_null")
int BPF_PROG(null_asked, int dummy, struct task_struct *task) { return task ? task->tgid : 0; }
OPS(null_asked, test_maybe_null);

SEC("struct_ops/test_maybe_null")
int BPF_PROG(null_unasked, int dummy, struct task_struct *task) { return task->tgid; }
OPS(null_unasked, test_maybe_null);

SEC("struct_ops/test_maybe_null")
int BPF_PROG(null_other, int dummy, struct task_struct *task) { return dummy ? task->tgid : 0; }
OPS(null_other, test_maybe_null);

SEC("struct_ops/test_maybe_null")
int BPF_PROG(null_passed, int dummy, struct task_struct *task)
{
	struct task_struct *held = bpf_task_acquire(task);

	if (held)
		bpf_task_release(held);
	return 0;
}
OPS(null_passed, test_maybe_null);

SEC("struct_ops/test_maybe_null")
int BPF_PROG(null_not_passed, int dummy, struct task_struct *task)
{
	struct task_struct *held = task ? bpf_task_acquire(task) : 0;

	if (held)
		bpf_task_release(held);
	return 0;
}
OPS(null_not_passed, test_maybe_null);

SEC("struct_ops/test_maybe_null")
int BPF_PROG(task_leaked, int dummy, struct task_struct *task)
{
	if (task)
		bpf_task_acquire(task);
	return 0;
}
OPS(task_leaked, test_maybe_null);

SEC("struct_ops/test_maybe_null")
int BPF_PROG(task_written, int dummy, struct task_struct *task)
{
	if (task)
		task->tgid = 1;
	return 0;
}
OPS(task_written, test_maybe_null);

SEC("struct_ops/test_2")
int BPF_PROG(arguments_summed, int a, int b) { return a + b; }
OPS(arguments_summed, test_2);

SEC("struct_ops/test_2")
int arguments_beyond(u64 *ctx) { return ctx[2]; }
OPS(arguments_beyond, test_2);

SEC("struct_ops/test_2")
int arguments_written(u64 *ctx) { ctx[0] = 0; return 0; }
OPS(arguments_written, test_2);

SEC("struct_ops/test_1")
int BPF_PROG(returns_wide) { return bpf_get_prandom_u32(); }
OPS(returns_wide, test_1);

SEC("struct_ops.s/test_1")
int BPF_PROG(sleeps) { return 0; }
OPS(sleeps, test_1);

SEC("struct_ops/test_prologue")
int BPF_PROG(args_written, struct st_ops_args *args) { args->a = 5; return 0; }
ST_OPS(args_written, test_prologue);

SEC("struct_ops/test_epilogue")
int BPF_PROG(args_read, struct st_ops_args *args) { return args->a; }
ST_OPS(args_read, test_epilogue);

SEC("struct_ops/test_epilogue")
int BPF_PROG(args_beyond, struct st_ops_args *args) { return *(u64 *)((void *)args + 8); }
ST_OPS(args_beyond, test_epilogue);

SEC("struct_ops/test_epilogue")
int BPF_PROG(args_half, struct st_ops_args *args) { *(u32 *)((void *)args + 4) = 1; return 0; }
ST_OPS(args_half, test_epilogue);

SEC("struct_ops/test_pro_epilogue")
int returns_argument(u64 *ctx) { return ctx[0]; }
ST_OPS(returns_argument, test_pro_epilogue);

SEC("struct_ops/test_pro_epilogue")
int BPF_PROG(random_asked, struct st_ops_args *args) { return bpf_get_prandom_u32(); }
ST_OPS(random_asked, test_pro_epilogue);
