// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.5 Registering the kfuncs, 2.6 no-cast aliases; and destructors.
#include "caller.h"

// ACCEPT: registered for XDP
SEC("xdp")
int registered_for_xdp(struct xdp_md *xdp)
{
	return kc_xdp_only(1) * 0;
}

// REJECT (fixed by registered_for_xdp): and for nothing else
SEC("syscall")
int registered_not_here(void *ctx)
{
	// rejected: a syscall program
	return kc_xdp_only(1) * 0;
}

// ACCEPT: the filter lets fentry programs through
SEC("fentry/bpf_fentry_test1")
int BPF_PROG(filter_lets_through, int a)
{
	return kc_filtered(1) * 0;
}

// REJECT (fixed by filter_lets_through): fexit programs it does not
SEC("fexit/bpf_fentry_test1")
int BPF_PROG(filter_holds_back, int a, int ret)
{
	// rejected: the set's filter says no
	return kc_filtered(1) * 0;
}

// ACCEPT: struct kc_outer begins with a struct kc_obj
SEC("tc")
int equivalent_passes(struct __sk_buff *skb)
{
	struct kc_outer *outer = kc_outer_acquire(1);

	if (!outer)
		return 0;
	kc_trusted(&outer->obj);
	kc_outer_release(outer);
	return 0;
}

// REJECT (fixed by equivalent_passes): struct kc_plain does not
SEC("tc")
int different_does_not(struct __sk_buff *skb)
{
	struct kc_plain *plain = kc_plain_acquire(1);

	if (!plain)
		return 0;
	// rejected: another type
	kc_trusted((struct kc_obj *)plain);
	kc_plain_release(plain);
	return 0;
}

// ACCEPT: what takes a kc_obj___init gets one
SEC("tc")
int alias_itself(struct __sk_buff *skb)
{
	struct kc_obj___init *fresh = kc_init_acquire(1);

	if (!fresh)
		return 0;
	kc_init_set(fresh, 7);
	kc_init_release(fresh);
	return 0;
}

// REJECT (fixed by alias_itself): an object not initialised does not pass for one that is
SEC("tc")
int alias_is_no_cast(struct __sk_buff *skb)
{
	struct kc_obj___init *fresh = kc_init_acquire(1);

	if (!fresh)
		return 0;
	// rejected: C calls the types equivalent, the name says otherwise
	kc_trusted(&fresh->obj);
	kc_init_release(fresh);
	return 0;
}

struct kept { struct kc_obj __kptr *obj; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct kept);
} keeper SEC(".maps");

// ACCEPT: struct kc_obj has a destructor, so a map may keep one
SEC("tc")
int kept_in_map(struct __sk_buff *skb)
{
	u32 zero = 0;
	struct kept *kept = bpf_map_lookup_elem(&keeper, &zero);
	struct kc_obj *obj;

	if (!kept)
		return 0;
	obj = kc_acquire(1);
	if (!obj)
		return 0;
	obj = bpf_kptr_xchg(&kept->obj, obj);
	if (obj)
		kc_release(obj);
	return 0;
}

// REJECT (fixed by kept_in_map): what comes out of the map is ours again
SEC("tc")
int kept_and_lost(struct __sk_buff *skb)
{
	u32 zero = 0;
	struct kept *kept = bpf_map_lookup_elem(&keeper, &zero);
	struct kc_obj *obj;

	if (!kept)
		return 0;
	obj = kc_acquire(1);
	if (!obj)
		return 0;
	obj = bpf_kptr_xchg(&kept->obj, obj);
	// rejected: the old one is never released
	return 0;
}
