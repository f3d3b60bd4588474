// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2 Annotating kfunc parameters. For each annotation a caller that keeps it and one that does not.
#include "caller.h"

// ACCEPT: the size is that of the memory
SEC("tc")
int sz_whole(struct __sk_buff *skb)
{
	u64 memory = 0;

	return kc_sz(&memory, sizeof(memory)) * 0;
}

// REJECT (fixed by sz_whole): memory and __sz size are a pair
SEC("tc")
int sz_beyond(struct __sk_buff *skb)
{
	u64 memory = 0;

	// rejected: eight bytes more than there are
	return kc_sz(&memory, 2 * sizeof(memory)) * 0;
}

// ACCEPT: the size is a constant
SEC("tc")
int szk_constant(struct __sk_buff *skb)
{
	u64 memory = 0;

	return kc_szk(&memory, 4) * 0;
}

// REJECT (fixed by szk_constant): a __szk size is a known constant
SEC("tc")
int szk_variable(struct __sk_buff *skb)
{
	u64 memory = 0;
	u32 size = skb->len & 7;

	// rejected: less than eight, but how much?
	return kc_szk(&memory, size) * 0;
}

// ACCEPT: the number is a constant
SEC("tc")
int k_constant(struct __sk_buff *skb)
{
	return kc_k(3) * 0;
}

// REJECT (fixed by k_constant): a __k scalar is a known constant
SEC("tc")
int k_variable(struct __sk_buff *skb)
{
	// rejected: whatever the length is
	return kc_k(skb->len) * 0;
}

// ACCEPT: the kernel's own __uninit kfunc initialises it
SEC("tc")
int uninit_then_used(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	return kc_dynptr(&ptr) * 0;
}

// REJECT (fixed by uninit_then_used): without __uninit, a dynptr is initialised before it is passed
SEC("tc")
int uninit_missing(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	// rejected: nothing has initialised it
	return kc_dynptr(&ptr) * 0;
}

// REJECT (fixed by uninit_then_used): which kind of dynptr a module's kfunc makes, nothing can say
SEC("tc")
int uninit_of_module(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	// rejected: only kfuncs the verifier knows by name may construct dynptrs
	return kc_uninit(&ptr) * 0;
}

// ACCEPT: an __opt buffer may be NULL
SEC("tc")
int opt_null(struct __sk_buff *skb)
{
	return kc_opt(NULL, 4) * 0;
}

// REJECT (fixed by opt_null): a buffer without __opt may not
SEC("tc")
int opt_missing(struct __sk_buff *skb)
{
	// rejected: NULL with a size
	return kc_szk(NULL, 4) * 0;
}

static const char name[] = "contract";

// ACCEPT: a string in read-only memory
SEC("tc")
int str_constant(struct __sk_buff *skb)
{
	return kc_str(name) * 0;
}

// REJECT (fixed by str_constant): a __str argument is a constant string
SEC("tc")
int str_on_stack(struct __sk_buff *skb)
{
	char word[] = "contract";

	asm volatile("" ::"r"(word) : "memory");
	// rejected: the stack can change
	return kc_str(word) * 0;
}

// ACCEPT: the ignored argument may be anything
SEC("tc")
int ign_anything(struct __sk_buff *skb)
{
	return kc_ign(1, (void *)77) * 0;
}

// REJECT (fixed by ign_anything): the argument beside it is not ignored
SEC("tc")
int ign_beside(struct __sk_buff *skb)
{
	// rejected: __k asks for a constant
	return kc_ign(skb->len, (void *)77) * 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} numbers SEC(".maps");

// ACCEPT: a map
SEC("tc")
int map_itself(struct __sk_buff *skb)
{
	return kc_map((struct bpf_map *)&numbers) * 0;
}

// REJECT (fixed by map_itself): a __map argument is a map
SEC("tc")
int map_stack(struct __sk_buff *skb)
{
	u64 memory = 0;

	// rejected: a pointer to the stack
	return kc_map((struct bpf_map *)&memory) * 0;
}

struct plain { u64 key; struct bpf_list_node node; };
struct counted { u64 key; struct bpf_refcount refs; };

// REJECT (fixed by refcounted_object): __alloc is for bpf_obj_drop and nobody else
SEC("tc")
int alloc_of_module(struct __sk_buff *skb)
{
	struct plain *p = new_object(struct plain);

	if (!p)
		return 0;
	// rejected: the kernel lets no other kfunc take it
	kc_alloc(p);
	drop_object(p);
	return 0;
}

// REJECT (fixed by refcounted_object): and it must be an allocated object at all
SEC("tc")
int alloc_of_stack(struct __sk_buff *skb)
{
	u64 memory = 0;

	// rejected: the stack is not allocated
	return kc_alloc(&memory) * 0;
}

// ACCEPT: an allocated object with a bpf_refcount
SEC("tc")
int refcounted_object(struct __sk_buff *skb)
{
	struct counted *p = new_object(struct counted);

	if (!p)
		return 0;
	kc_refcounted(p);
	drop_object(p);
	return 0;
}

// REJECT (fixed by refcounted_object): the object needs a bpf_refcount
SEC("tc")
int refcounted_plain(struct __sk_buff *skb)
{
	struct plain *p = new_object(struct plain);

	if (!p)
		return 0;
	// rejected: struct plain has none
	kc_refcounted(p);
	drop_object(p);
	return 0;
}

// ACCEPT: a __nullable argument may be NULL
SEC("tc")
int nullable_null(struct __sk_buff *skb)
{
	return kc_nullable(NULL) * 0;
}

// REJECT (fixed by nullable_null): others may not
SEC("tc")
int nullable_missing(struct __sk_buff *skb)
{
	// rejected: kc_trusted has no __nullable
	return kc_trusted(NULL) * 0;
}

// ACCEPT: an iterator between new and destroy
SEC("tc")
int iter_alive(struct __sk_buff *skb)
{
	struct bpf_iter_kc it;

	bpf_iter_kc_new(&it, 3);
	kc_iter(&it);
	bpf_iter_kc_destroy(&it);
	return 0;
}

// REJECT (fixed by iter_alive): an __iter argument is an initialised iterator
SEC("tc")
int iter_unborn(struct __sk_buff *skb)
{
	struct bpf_iter_kc it;

	// rejected: new was not called
	return kc_iter(&it) * 0;
}
