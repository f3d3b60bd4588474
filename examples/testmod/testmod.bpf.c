// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2 Annotating kfunc parameters
// Kfuncs that only the kernel's test module (bpf_testmod) has. Its BTF is not
// ours to ship, so these are checked by conformance runs and against the real kernel.
#include "example.h"

struct prog_test_ref_kfunc { int a; int b; } __attribute__((preserve_access_index));
struct bpf_testmod_ctx;
struct bpf_iter_testmod_seq { u64 opaque[2]; } __attribute__((aligned(8)));
struct sk_buff_head;

struct prog_test_ref_kfunc *bpf_kfunc_call_test_acquire(unsigned long *scalar) __ksym;
void bpf_kfunc_call_test_release(struct prog_test_ref_kfunc *p) __ksym;
void bpf_kfunc_call_test_ref(struct prog_test_ref_kfunc *p) __ksym;
void bpf_kfunc_call_test_mem_len_pass1(void *mem, int size) __ksym;
int *bpf_kfunc_call_test_get_rdonly_mem(struct prog_test_ref_kfunc *p, const int size) __ksym;
int *bpf_kfunc_call_test_acq_rdonly_mem(struct prog_test_ref_kfunc *p, const int size) __ksym;
int *bpf_kfunc_call_test_get_rdwr_mem(struct prog_test_ref_kfunc *p, const int size) __ksym;
void bpf_kfunc_call_test_destructive(void) __ksym;
void bpf_kfunc_call_test_sleepable(void) __ksym;
void bpf_kfunc_dynptr_test(struct bpf_dynptr *ptr, struct bpf_dynptr *nullable) __ksym;
void bpf_kfunc_trusted_num_test(int *ptr) __ksym;
void bpf_kfunc_trusted_task_test(struct task_struct *ptr) __ksym;
void bpf_kfunc_rcu_task_test(struct task_struct *ptr) __ksym;
int bpf_iter_testmod_seq_new(struct bpf_iter_testmod_seq *it, s64 value, int count) __ksym;
s64 *bpf_iter_testmod_seq_next(struct bpf_iter_testmod_seq *it) __ksym;
s64 bpf_iter_testmod_seq_value(int value, struct bpf_iter_testmod_seq *it) __ksym;
void bpf_iter_testmod_seq_destroy(struct bpf_iter_testmod_seq *it) __ksym;

u64 seen;

// ACCEPT: __sz of an unannotated void pointer
SEC("tc")
int testmod_sz(struct __sk_buff *skb)
{
	u64 mem[2] = {};

	bpf_kfunc_call_test_mem_len_pass1(mem, sizeof(mem));
	return 0;
}

// REJECT (fixed by testmod_sz): the size is beyond the memory
// kernel 6.12: arg#0 arg#1 memory, len pair leads to invalid memory access
SEC("tc")
int testmod_sz_beyond(struct __sk_buff *skb)
{
	u64 mem[2] = {};

	// rejected: one byte more
	bpf_kfunc_call_test_mem_len_pass1(mem, sizeof(mem) + 1);
	return 0;
}

// ACCEPT: rdonly_buf_size says how large the returned memory is
SEC("tc")
int testmod_rdonly(struct __sk_buff *skb)
{
	unsigned long scalar = 0;
	struct prog_test_ref_kfunc *p = bpf_kfunc_call_test_acquire(&scalar);
	int *mem;

	if (!p)
		return 0;
	mem = bpf_kfunc_call_test_get_rdonly_mem(p, 2 * sizeof(int));
	if (mem)
		seen = mem[1];
	bpf_kfunc_call_test_release(p);
	return 0;
}

// REJECT (fixed by testmod_rdonly): read-only means that
// kernel 6.12: R0 cannot write into rdonly_mem
SEC("tc")
int testmod_rdonly_write(struct __sk_buff *skb)
{
	unsigned long scalar = 0;
	struct prog_test_ref_kfunc *p = bpf_kfunc_call_test_acquire(&scalar);
	int *mem;

	if (!p)
		return 0;
	mem = bpf_kfunc_call_test_get_rdonly_mem(p, 2 * sizeof(int));
	if (mem)
		// rejected: read-only memory
		mem[1] = 1;
	bpf_kfunc_call_test_release(p);
	return 0;
}

// REJECT (fixed by testmod_rdonly): the returned memory dies with the object
// kernel 6.12: R7 invalid mem access 'scalar'
SEC("tc")
int testmod_rdonly_after_release(struct __sk_buff *skb)
{
	unsigned long scalar = 0;
	struct prog_test_ref_kfunc *p = bpf_kfunc_call_test_acquire(&scalar);
	int *mem;

	if (!p)
		return 0;
	mem = bpf_kfunc_call_test_get_rdonly_mem(p, 2 * sizeof(int));
	bpf_kfunc_call_test_release(p);
	if (mem)
		// rejected: p is gone and its memory with it
		seen = mem[1];
	return 0;
}

// ACCEPT: __nullable beside a dynptr
SEC("tc")
int testmod_nullable(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	bpf_kfunc_dynptr_test(&ptr, NULL);
	return 0;
}

// REJECT (fixed by testmod_nullable): the first is not nullable
// kernel 6.12: arg#0 expected pointer to stack or const struct bpf_dynptr
SEC("tc")
int testmod_not_nullable(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	// rejected: NULL where a dynptr must be
	bpf_kfunc_dynptr_test(NULL, &ptr);
	return 0;
}

// ACCEPT: __iter: a kfunc beside the triple takes the iterator as any argument
SEC("tc")
int testmod_iter(struct __sk_buff *skb)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_new(&it, 1, 3);
	seen = bpf_iter_testmod_seq_value(0, &it);
	bpf_iter_testmod_seq_destroy(&it);
	return 0;
}

// REJECT (fixed by testmod_iter): an initialized one
// kernel 6.12: expected an initialized iter_testmod_seq as arg #1
SEC("tc")
int testmod_iter_gone(struct __sk_buff *skb)
{
	struct bpf_iter_testmod_seq it;

	bpf_iter_testmod_seq_new(&it, 1, 3);
	bpf_iter_testmod_seq_destroy(&it);
	// rejected: destroyed already
	seen = bpf_iter_testmod_seq_value(0, &it);
	return 0;
}

// ACCEPT: sleepable from a syscall program
SEC("syscall")
int testmod_sleepable(void *ctx)
{
	bpf_kfunc_call_test_sleepable();
	return 0;
}

// REJECT (fixed by testmod_sleepable): not from tc
// kernel 6.12: program must be sleepable to call sleepable kfunc bpf_kfunc_call_test_sleepable
SEC("tc")
int testmod_sleepable_tc(struct __sk_buff *skb)
{
	// rejected: tc does not sleep
	bpf_kfunc_call_test_sleepable();
	return 0;
}

// ACCEPT: destructive with CAP_SYS_BOOT
SEC("tc")
int testmod_destructive(struct __sk_buff *skb)
{
	bpf_kfunc_call_test_destructive();
	return 0;
}

// ACCEPT: KF_TRUSTED_ARGS with memory: any valid memory
SEC("tp_btf/task_newtask")
int BPF_PROG(testmod_trusted_num, struct task_struct *task, u64 clone_flags)
{
	int num = 0;

	bpf_kfunc_trusted_num_test(&num);
	return 0;
}

// REJECT (fixed by testmod_trusted_num): KF_TRUSTED_ARGS refuses NULL
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("tp_btf/task_newtask")
int BPF_PROG(testmod_trusted_null, struct task_struct *task, u64 clone_flags)
{
	// rejected: NULL is not valid
	bpf_kfunc_trusted_num_test(NULL);
	return 0;
}

// ACCEPT: KF_RCU takes what KF_TRUSTED_ARGS does not
SEC("tp_btf/task_newtask")
int BPF_PROG(testmod_rcu, struct task_struct *task, u64 clone_flags)
{
	bpf_rcu_read_lock();
	bpf_kfunc_rcu_task_test(task->real_parent);
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by testmod_rcu): KF_TRUSTED_ARGS asks for more than RCU
// kernel 6.12: R1 must be referenced or trusted
SEC("tp_btf/task_newtask")
int BPF_PROG(testmod_trusted_rcu, struct task_struct *task, u64 clone_flags)
{
	bpf_rcu_read_lock();
	// rejected: protected by RCU, not trusted
	bpf_kfunc_trusted_task_test(task->real_parent);
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by testmod_rdonly): what it acquires is plain memory, which no release can find again
// kernel 6.12: acquire kernel function does not return PTR_TO_BTF_ID
SEC("tc")
int testmod_uncheckable(struct __sk_buff *skb)
{
	unsigned long scalar = 0;
	struct prog_test_ref_kfunc *p = bpf_kfunc_call_test_acquire(&scalar);
	int *mem;

	if (!p)
		return 0;
	// rejected: KF_ACQUIRE on a kfunc that returns no struct
	mem = bpf_kfunc_call_test_acq_rdonly_mem(p, 2 * sizeof(int));
	if (mem)
		seen = mem[0];
	bpf_kfunc_call_test_release(p);
	return 0;
}
