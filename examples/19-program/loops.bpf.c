// SPDX-License-Identifier: Apache-2.0
// verifier.rst: Pruning
// Loops, and how much the verifier is ready to look at.
#include "example.h"

int seen;

// ACCEPT: counted, with an open-coded iterator
SEC("tc")
int count_up(struct __sk_buff *skb)
{
	int i;

	bpf_for(i, 0, 1000)
		if (!*(volatile u32 *)&skb->mark)
			break;
	return 0;
}

// REJECT (fixed by count_up): nothing the verifier knows changes from one turn to the next
// kernel 6.12: infinite loop detected at insn 0
SEC("tc")
int wait_for_mark(struct __sk_buff *skb)
{
	// rejected: may go on for ever
	while (*(volatile u32 *)&skb->mark)
		;
	return 0;
}

// ACCEPT: one body, verified until nothing changes
SEC("tc")
int branches_in_iterator(struct __sk_buff *skb)
{
	int i;

	bpf_for(i, 0, 100000)
		if (*(volatile u32 *)&skb->mark)
			seen++;
	return 0;
}

// REJECT (fixed by branches_in_iterator): each turn leaves a branch to come back to
// kernel 6.12: The sequence of 8193 jumps is too complex.
SEC("tc")
int branches_in_loop(struct __sk_buff *skb)
{
	int i;

	for (i = 0; i < 100000; i++)
		// rejected: too many of them
		if (*(volatile u32 *)&skb->mark)
			seen++;
	return 0;
}

// ACCEPT: 6.12 takes what lies one past the stack for its first slot, in a loop too
SEC("tc")
int __naked iter_one_past(void)
{
	asm volatile("r1 = r10;"
		     "r1 += -8;"
		     "r2 = 0;"
		     "r3 = 10;"
		     "call %[bpf_iter_num_new];"
		     "1: r1 = r10;"
		     "call %[bpf_iter_num_next];"
		     "if r0 != 0 goto 1b;"
		     "r1 = r10;"
		     "r1 += -8;"
		     "call %[bpf_iter_num_destroy];"
		     "r0 = 0;"
		     "exit;" : : [bpf_iter_num_new] "i"(bpf_iter_num_new), [bpf_iter_num_next] "i"(bpf_iter_num_next),
				 [bpf_iter_num_destroy] "i"(bpf_iter_num_destroy) : __clobber_all);
}
