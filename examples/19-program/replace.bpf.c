// SPDX-License-Identifier: Apache-2.0
// libbpf: Program Types and ELF Sections
// A program that takes the place of a function of another one.
#include "example.h"

// ACCEPT: the same as a program of its own
SEC("tc")
int stands_alone(struct __sk_buff *skb)
{
	return skb->mark ? 1 : 0;
}

// REJECT (fixed by stands_alone): what it replaces is named only when it is loaded
// kernel 6.12: prog 'replaces': attach program FD is not set
SEC("freplace/classify")
int replaces(struct __sk_buff *skb)
{
	return skb->mark ? 1 : 0;
}
