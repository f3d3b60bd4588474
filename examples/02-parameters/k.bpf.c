// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2.2 __k Annotation
#include "example.h"

struct small { u64 a; };
struct large { u64 a, b, c; };
u32 wanted;

// ACCEPT: the type id is a constant; the pointer that comes back has that type's size
SEC("tc")
int new_by_constant(struct __sk_buff *skb)
{
	struct large *p = new_object(struct large);

	if (!p)
		return 0;
	p->c = 1;
	drop_object(p);
	return 0;
}

// REJECT (fixed by new_by_constant): the value decides what comes back, so it must be known
// kernel 6.12: R1 must be a known constant
SEC("tc")
int new_by_variable(struct __sk_buff *skb)
{
	// rejected: which type?
	struct large *p = bpf_obj_new_impl(wanted, NULL);

	if (!p)
		return 0;
	drop_object(p);
	return 0;
}

// REJECT (fixed by new_by_constant): the object is as large as the type asked for
// kernel 6.12: access beyond struct small at off 16 size 8
SEC("tc")
int new_too_small(struct __sk_buff *skb)
{
	struct large *p = (void *)new_object(struct small);

	if (!p)
		return 0;
	// rejected: beyond struct small
	p->c = 1;
	drop_object(p);
	return 0;
}

// REJECT (fixed by new_by_constant): the id must name a struct of the program's BTF
// kernel 6.12: bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct
SEC("tc")
int new_no_such_type(struct __sk_buff *skb)
{
	// rejected: no such type
	struct large *p = bpf_obj_new_impl(0x7fffff, NULL);

	if (!p)
		return 0;
	drop_object(p);
	return 0;
}
