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
