// SPDX-License-Identifier: Apache-2.0
// verifier.rst: Register value tracking
// Reading and writing the program's own memory: map values, and what a register holds.
#include "example.h"

struct value { u32 count; u32 names[8]; struct bpf_spin_lock lock; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct value); }
	values SEC(".maps");

// ACCEPT: set on every path
SEC("tc")
int __naked set_on_every_path(void)
{
	asm volatile("r2 = 0;"
		     "r0 = r2;"
		     "exit;" ::: __clobber_all);
}

// REJECT (fixed by set_on_every_path): a register is read before it is written
// kernel 6.12: R2 !read_ok
SEC("tc")
int __naked never_set(void)
{
	// rejected: nothing was ever put into r2
	asm volatile("r0 = r2;"
		     "exit;" ::: __clobber_all);
}

// ACCEPT: bounded just before
SEC("tc")
int index_bounded(struct __sk_buff *skb)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&values, &key);
	u32 i = skb->mark;

	if (!v || i >= 8)
		return 0;
	return v->names[i];
}

// REJECT (fixed by index_bounded): the index may be anything
// kernel 6.12: R0 unbounded memory access, make sure to bounds check any such access
SEC("tc")
int index_unbounded(struct __sk_buff *skb)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&values, &key);
	u32 i = skb->mark;

	if (!v)
		return 0;
	// rejected: i is not bounded
	return v->names[i];
}

// ACCEPT: the counter, not the lock
SEC("tc")
int counter_read(struct __sk_buff *skb)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&values, &key);

	if (!v)
		return 0;
	return v->count;
}

// REJECT (fixed by counter_read): a lock is not for reading
// kernel 6.12: bpf_spin_lock cannot be accessed directly by load/store
SEC("tc")
int lock_read(struct __sk_buff *skb)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&values, &key);

	if (!v)
		return 0;
	// rejected: only bpf_spin_lock() and bpf_spin_unlock() touch it
	return v->lock.val;
}

// ACCEPT: the number is masked, then added
SEC("tc")
int masked_offset(struct __sk_buff *skb)
{
	int key = 0;
	void *v = bpf_map_lookup_elem(&values, &key);
	u64 at = skb->mark & 28;

	if (!v)
		return 0;
	return *(u32 *)(v + at);
}

// REJECT (fixed by masked_offset): a pointer cannot be masked
// kernel 6.12: R0 bitwise operator &= on pointer prohibited
SEC("tc")
int masked_pointer(struct __sk_buff *skb)
{
	int key = 0;
	void *v = bpf_map_lookup_elem(&values, &key);

	if (!v)
		return 0;
	// rejected: what is left is no address
	v = (void *)((u64)v & ~7ull);
	return *(u32 *)v;
}

static __noinline u64 number(void)
{
	u64 local = 7;

	opaque(local);
	return local;
}

static __noinline u64 address(void)
{
	u64 local = 7, *p = &local;

	opaque(p);
	// rejected: the frame is gone by then
	return (u64)p;
}

// ACCEPT: the number itself
SEC("tc")
int number_returned(struct __sk_buff *skb)
{
	return number();
}

// REJECT (fixed by number_returned): an address of the stack leaves its function
// kernel 6.12: cannot return stack pointer to the caller
SEC("tc")
int address_returned(struct __sk_buff *skb)
{
	return address();
}

// ACCEPT: the map's value may be counted in
SEC("tc")
int count_in_map(struct __sk_buff *skb)
{
	int key = 0;
	struct value *v = bpf_map_lookup_elem(&values, &key);

	if (!v)
		return 0;
	__sync_fetch_and_add(&v->count, 1);
	return 0;
}

// REJECT (fixed by count_in_map): atomics are for the program's own memory
// kernel 6.12: BPF_ATOMIC stores into R1 ctx is not allowed
SEC("tc")
int count_in_context(struct __sk_buff *skb)
{
	// rejected: the context is only a view
	__sync_fetch_and_add(&skb->mark, 1);
	return 0;
}
