// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2 Annotating kfunc parameters
// __refcounted_kptr: an allocated object that has a bpf_refcount.
#include "example.h"

struct counted { u64 a; struct bpf_refcount ref; };
struct plain { struct bpf_list_node node; u64 a; };

// ACCEPT: a second reference to an object with a count, both given back
SEC("tc")
int refcount_acquire(struct __sk_buff *skb)
{
	struct counted *p = new_object(struct counted), *q;

	if (!p)
		return 0;
	q = another(p);
	drop_object(p);
	q->a = 1;
	drop_object(q);
	return 0;
}

// REJECT (fixed by refcount_acquire): the type has no bpf_refcount
// kernel 6.12: arg#0 doesn't point to a type with bpf_refcount field
SEC("tc")
int refcount_without_count(struct __sk_buff *skb)
{
	struct plain *p = new_object(struct plain), *q;

	if (!p)
		return 0;
	// rejected: nothing to count with
	q = another(p);
	drop_object(p);
	drop_object(q);
	return 0;
}

// REJECT (fixed by refcount_acquire): each reference is given back
// kernel 6.12: Unreleased reference id=3 alloc_insn=8
SEC("tc")
int refcount_leak(struct __sk_buff *skb)
{
	struct counted *p = new_object(struct counted), *q;

	if (!p)
		return 0;
	q = another(p);
	drop_object(p);
	// rejected: q is still held
	return 0;
}
