// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// bpf_cast_to_kern_ctx and bpf_rdonly_cast.
#include "example.h"

// ACCEPT: the context as the kernel knows it
SEC("tc")
int cast_context(struct __sk_buff *skb)
{
	struct sk_buff *kskb = bpf_cast_to_kern_ctx(skb);

	return kskb->len == skb->len;
}

// REJECT (fixed by cast_context): only the context
// kernel 6.12: arg#0 expected pointer to ctx, but got fp
SEC("tc")
int cast_not_context(struct __sk_buff *skb)
{
	u64 local = 0;
	// rejected: the stack is no context
	struct sk_buff *kskb = bpf_cast_to_kern_ctx(&local);

	return kskb->len == 0;
}

// ACCEPT: any pointer as a type of the kernel's, to read
SEC("tc")
int cast_rdonly(struct __sk_buff *skb)
{
	struct sk_buff *kskb = bpf_cast_to_kern_ctx(skb);
	struct sock *sk = bpf_rdonly_cast(kskb->sk, bpf_core_type_id_kernel(struct sock));

	return sk->__sk_common.skc_family == 2;
}

// REJECT (fixed by cast_rdonly): to read only
// kernel 6.12: only read is supported
SEC("tc")
int cast_rdonly_write(struct __sk_buff *skb)
{
	struct sk_buff *kskb = bpf_cast_to_kern_ctx(skb);
	struct sock *sk = bpf_rdonly_cast(kskb->sk, bpf_core_type_id_kernel(struct sock));

	// rejected: read-only
	*(volatile u16 *)&sk->__sk_common.skc_family = 2;
	return 0;
}

// REJECT (fixed by cast_rdonly): and untrusted
// kernel 6.12: R1 must be a rcu pointer
SEC("tp_btf/task_newtask")
int BPF_PROG(cast_rdonly_acquire, struct task_struct *task, u64 clone_flags)
{
	struct task_struct *same = bpf_rdonly_cast(task, bpf_core_type_id_kernel(struct task_struct)), *held;

	// rejected: a cast gives no trust
	held = bpf_task_acquire(same);
	if (held)
		bpf_task_release(held);
	return 0;
}

// REJECT (fixed by cast_rdonly): to a struct
// kernel 6.12: kfunc bpf_rdonly_cast type ID argument must be of a struct
SEC("tc")
int cast_rdonly_int(struct __sk_buff *skb)
{
	// rejected: no struct has this id
	struct sock *sk = bpf_rdonly_cast(skb, 1);

	return sk->__sk_common.skc_family == 2;
}
