// SPDX-License-Identifier: Apache-2.0
// RFC 9669: Instruction encoding
// What no compiler writes: instructions by hand.
#include "example.h"

// ACCEPT: every instruction can be reached
SEC("tc")
int __naked ends_once(void)
{
	asm volatile("r0 = 0;"
		     "exit;" ::: __clobber_all);
}

// REJECT (fixed by ends_once): two that nothing leads to
// kernel 6.12: unreachable insn 2
SEC("tc")
int __naked ends_twice(void)
{
	// rejected: after the exit
	asm volatile("r0 = 0;"
		     "exit;"
		     "r0 = 1;"
		     "exit;" ::: __clobber_all);
}

static int __noinline count_up(u32 i, void *ctx)
{
	return 0;
}

static int __noinline count_down(u32 i, void *ctx)
{
	return 0;
}

// ACCEPT: with no other function left there is nothing to miss
SEC("tc")
int only_function_never_called(struct __sk_buff *skb)
{
	return skb->mark == (u32)(long)count_up;
}

// ACCEPT: a function whose address is loaded, and which is called back
SEC("tc")
int function_called(struct __sk_buff *skb)
{
	bpf_loop(3, count_up, NULL, 0);
	return 0;
}

// REJECT (fixed by function_called): its address is loaded, and nothing ever calls it: the kernel removes it, then misses it
// kernel 6.12: 
SEC("tc")
int function_never_called(struct __sk_buff *skb)
{
	bpf_loop(3, count_down, NULL, 0);
	// rejected: the address is of no use
	return skb->mark == (u32)(long)count_up;
}

// ACCEPT: another function moves to where it was
SEC("tc")
int function_before_another(struct __sk_buff *skb)
{
	u64 address = (u64)(long)count_up;

	opaque(address);
	bpf_loop(3, count_down, NULL, 0);
	return 0;
}

// ACCEPT: the remainder of a number
SEC("tc")
int __naked number_remainder(void)
{
	asm volatile("r0 = 7;"
		     "r0 s%%= 3;"
		     "exit;" ::: __clobber_all);
}

// REJECT (fixed by number_remainder): a pointer has none
// kernel 6.12: R1 pointer arithmetic with %= operator prohibited
SEC("tc")
int __naked pointer_remainder(void)
{
	// rejected: r1 points to the context
	asm volatile("r1 s%%= 3;"
		     "r0 = 0;"
		     "exit;" ::: __clobber_all);
}

// REJECT (fixed by number_remainder): packet loads by offset are for packets
// kernel 6.12: BPF_LD_[ABS|IND] instructions not allowed for this program type
SEC("tp_btf/task_newtask")
int __naked packet_load_elsewhere(void)
{
	// rejected: there is no packet
	asm volatile("r0 = *(u8 *)skb[3];"
		     "exit;" ::: __clobber_all);
}
