// SPDX-License-Identifier: Apache-2.0
// verifier.rst: Register value tracking
// The stack, and memory of a ring buffer.
#include "example.h"

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } records SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, u64); __type(value, u64); } pairs SEC(".maps");

// ACCEPT: an index that stays inside
SEC("tc")
int slot_bounded(struct __sk_buff *skb)
{
	u32 counts[4] = {}, i = skb->mark & 3;

	counts[i] = 1;
	opaque(skb);
	return counts[skb->len & 3];
}

// REJECT (fixed by slot_bounded): an index that may be anything
// kernel 6.12: invalid unbounded variable-offset write to stack R4
SEC("tc")
int slot_unbounded(struct __sk_buff *skb)
{
	u32 counts[4] = {}, i = skb->mark;

	// rejected: i is not bounded
	counts[i] = 1;
	opaque(skb);
	return counts[skb->len & 3];
}

// ACCEPT: one record, and a number from the stack
SEC("tc")
int update_from_record(struct __sk_buff *skb)
{
	u64 *record = bpf_ringbuf_reserve(&records, 8, 0), one = 1;

	if (!record)
		return 0;
	*record = skb->mark;
	bpf_map_update_elem(&pairs, record, &one, BPF_ANY);
	bpf_ringbuf_submit(record, 0);
	return 0;
}

// REJECT (fixed by update_from_record): one call, two references
// kernel 6.12: verifier internal error: more than one arg with ref_obj_id R3 4 2
SEC("tc")
int update_from_two_records(struct __sk_buff *skb)
{
	u64 *record = bpf_ringbuf_reserve(&records, 8, 0), *other;

	if (!record)
		return 0;
	*record = skb->mark;
	other = bpf_ringbuf_reserve(&records, 8, 0);
	if (other) {
		*other = 1;
		// rejected: which of the two is the call about?
		bpf_map_update_elem(&pairs, record, other, BPF_ANY);
		bpf_ringbuf_submit(other, 0);
	}
	bpf_ringbuf_submit(record, 0);
	return 0;
}

// ACCEPT: no byte of the stack
SEC("tc")
int __naked no_byte(void)
{
	asm volatile("*(u64 *)(r10 - 8) = 0;"
		     "r1 = r10;"
		     "r1 += -8;"
		     "r2 = 0;"
		     "r3 = r1;"
		     "r4 = 8;"
		     "r5 = 0;"
		     "call %[bpf_csum_diff];"
		     "r0 = 0;"
		     "exit;" : : [bpf_csum_diff] "i"(bpf_csum_diff) : __clobber_all);
}

// REJECT (fixed by no_byte): nor may it lie outside
// kernel 6.12: invalid indirect access to stack R1 off=0 size=0
SEC("tc")
int __naked no_byte_beyond(void)
{
	asm volatile("*(u64 *)(r10 - 8) = 0;"
		     "r1 = r10;"
		     "r2 = 0;"
		     "r3 = r10;"
		     "r3 += -8;"
		     "r4 = 8;"
		     "r5 = 0;"
		     // rejected: r1 points just past the stack
		     "call %[bpf_csum_diff];"
		     "r0 = 0;"
		     "exit;" : : [bpf_csum_diff] "i"(bpf_csum_diff) : __clobber_all);
}

// ACCEPT: the address of the stack is a number to add; what the slot holds then nobody knows
SEC("tc")
int __naked atomic_own_address(void)
{
	asm volatile("*(u64 *)(r10 - 8) = 0;"
		     "lock *(u32 *)(r10 - 8) += r10;"
		     "r0 = *(u32 *)(r10 - 8);"
		     "exit;" ::: __clobber_all);
}

// REJECT (fixed by atomic_own_address): so it is no offset
// kernel 6.12: math between fp pointer and register with unbounded min value is not allowed
SEC("tc")
int __naked atomic_then_offset(void)
{
	asm volatile("*(u64 *)(r10 - 8) = 0;"
		     "r1 = 1;"
		     "lock *(u64 *)(r10 - 8) += r1;"
		     "r0 = *(u64 *)(r10 - 8);"
		     "r2 = r10;"
		     // rejected: r0 may be anything
		     "r2 += r0;"
		     "r0 = 0;"
		     "exit;" ::: __clobber_all);
}

#define HIGH_HALF(LOAD) \
	"call %[bpf_get_prandom_u32];" \
	"r0 <<= 32;" \
	"*(u64 *)(r10 - 8) = r0;" \
	LOAD \
	"if r0 == 0 goto 1f;" \
	"r0 = r9;" \
	"1: r0 = 0;" \
	"exit;"

// ACCEPT: the low half is zero, and the other way is never taken
SEC("tc")
int __naked low_half(void)
{
	asm volatile(HIGH_HALF("r0 = *(u32 *)(r10 - 8);")
		     : : [bpf_get_prandom_u32] "i"(bpf_get_prandom_u32) : __clobber_all);
}

// REJECT (fixed by low_half): its sign extended, it may be anything to the kernel
// kernel 6.12: R9 !read_ok
SEC("tc")
int __naked low_half_signed(void)
{
	// rejected: nothing was put into r9
	asm volatile(HIGH_HALF("r0 = *(s32 *)(r10 - 8);")
		     : : [bpf_get_prandom_u32] "i"(bpf_get_prandom_u32) : __clobber_all);
}
