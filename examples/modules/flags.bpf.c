// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4 Annotating kfuncs. For each flag a caller that keeps it and one that does not.
#include "caller.h"

// ACCEPT: acquired, checked, released
SEC("tc")
int acquire_release(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_acquire(1);

	if (!obj)
		return 0;
	kc_release(obj);
	return 0;
}

// REJECT (fixed by acquire_release): what KF_ACQUIRE returns is released
SEC("tc")
int acquire_leak(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_acquire(1);

	if (!obj)
		return 0;
	// rejected: the reference is lost
	input = obj->value;
	return 0;
}

// REJECT (fixed by acquire_release): KF_RET_NULL asks for a check
SEC("tc")
int ret_null_unchecked(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_acquire(1);

	// rejected: obj may be NULL
	kc_release(obj);
	return 0;
}

// REJECT (fixed by acquire_release): every copy dies with KF_RELEASE
SEC("tc")
int release_then_use(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_acquire(1);

	if (!obj)
		return 0;
	kc_release(obj);
	// rejected: obj is no pointer any more
	input = obj->value;
	return 0;
}

// REJECT (fixed by acquire_release): KF_RELEASE takes a referenced pointer
SEC("tc")
int release_unowned(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_find(1);

	if (!obj)
		return 0;
	// rejected: kc_find gives no reference
	kc_release(obj);
	return 0;
}

// ACCEPT: found, checked, read
SEC("tc")
int ret_null_checked(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_find(1);

	if (obj)
		input = obj->value;
	return 0;
}

// REJECT (fixed by ret_null_checked): KF_RET_NULL asks for a check
SEC("tc")
int ret_null_read(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_find(1);

	// rejected: obj may be NULL
	input = obj->value;
	return 0;
}

// ACCEPT: an acquired pointer is trusted
SEC("tc")
int trusted_acquired(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_acquire(1);

	if (!obj)
		return 0;
	kc_trusted(obj);
	kc_release(obj);
	return 0;
}

// REJECT (fixed by trusted_acquired): a pointer obtained by walking another is not trusted
SEC("tc")
int trusted_walked(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_acquire(1);

	if (!obj)
		return 0;
	// rejected: read out of obj
	kc_trusted(obj->next);
	kc_release(obj);
	return 0;
}

// ACCEPT: a program that may sleep
SEC("syscall")
int sleepable_may(void *ctx)
{
	return kc_sleep(1) * 0;
}

// REJECT (fixed by sleepable_may): KF_SLEEPABLE is for sleepable programs
SEC("tc")
int sleepable_may_not(struct __sk_buff *skb)
{
	// rejected: tc programs do not sleep
	return kc_sleep(1) * 0;
}

// ACCEPT: the loader has CAP_SYS_BOOT
SEC("tc")
int destructive_allowed(struct __sk_buff *skb)
{
	return kc_destroy(1) * 0;
}

// REJECT (fixed by destructive_allowed): registered for other program types
SEC("xdp")
int destructive_elsewhere(struct xdp_md *xdp)
{
	// rejected: not for XDP
	return kc_destroy(1) * 0;
}

// ACCEPT: an acquired pointer serves KF_RCU too
SEC("tc")
int rcu_acquired(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_acquire(1);

	if (!obj)
		return 0;
	kc_rcu(obj);
	kc_release(obj);
	return 0;
}

// REJECT (fixed by rcu_acquired): a walked pointer is neither trusted nor under RCU
SEC("tc")
int rcu_walked(struct __sk_buff *skb)
{
	struct kc_obj *obj = kc_acquire(1);

	if (!obj)
		return 0;
	// rejected: read out of obj
	kc_rcu(obj->next);
	kc_release(obj);
	return 0;
}


// ACCEPT: KF_RCU_PROTECTED inside a read-side critical section
SEC("syscall")
int rcu_protected_inside(void *ctx)
{
	struct bpf_iter_kcr it;
	u64 *at;

	bpf_rcu_read_lock();
	bpf_iter_kcr_new(&it);
	while ((at = bpf_iter_kcr_next(&it)))
		input += *at;
	bpf_iter_kcr_destroy(&it);
	bpf_rcu_read_unlock();
	return 0;
}

// REJECT (fixed by rcu_protected_inside): outside it
SEC("syscall")
int rcu_protected_outside(void *ctx)
{
	struct bpf_iter_kcr it;

	// rejected: no lock is held
	bpf_iter_kcr_new(&it);
	bpf_iter_kcr_destroy(&it);
	return 0;
}

// ACCEPT: made, advanced until NULL, destroyed
SEC("tc")
int iterator_whole(struct __sk_buff *skb)
{
	struct bpf_iter_kc it;
	u64 *at;

	bpf_iter_kc_new(&it, 10);
	while ((at = bpf_iter_kc_next(&it)))
		input += *at;
	bpf_iter_kc_destroy(&it);
	return 0;
}

// REJECT (fixed by iterator_whole): KF_ITER_NEW takes a slot that is free
SEC("tc")
int iterator_new_twice(struct __sk_buff *skb)
{
	struct bpf_iter_kc it;

	bpf_iter_kc_new(&it, 10);
	// rejected: it is alive
	bpf_iter_kc_new(&it, 10);
	bpf_iter_kc_destroy(&it);
	return 0;
}

// REJECT (fixed by iterator_whole): KF_ITER_NEXT takes an iterator that is alive
SEC("tc")
int iterator_next_unborn(struct __sk_buff *skb)
{
	struct bpf_iter_kc it;

	// rejected: new was not called
	return !!bpf_iter_kc_next(&it) * 0;
}

// REJECT (fixed by iterator_whole): KF_ITER_DESTROY is owed
SEC("tc")
int iterator_left(struct __sk_buff *skb)
{
	struct bpf_iter_kc it;

	bpf_iter_kc_new(&it, 10);
	// rejected: it is still alive
	return 0;
}

// ACCEPT: deprecated, still there
SEC("tc")
int deprecated_used(struct __sk_buff *skb)
{
	return kc_old(1) * 0;
}

// REJECT (fixed by deprecated_used): and registered as it always was
SEC("xdp")
int deprecated_elsewhere(struct xdp_md *xdp)
{
	// rejected: not for XDP
	return kc_old(1) * 0;
}
