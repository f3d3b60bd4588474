// SPDX-License-Identifier: Apache-2.0
// Functions that are not inlined, three deep, with what they are given and give back in registers and on the stack.
#include "workload.h"

#define STEPS 200

struct data {
	u64 state;
};

static not_inlined u64 scrambled(u64 x, u64 y)
{
	x ^= y >> 12;
	x *= 0x2545f4914f6cdd1dull;
	return x ^ (x >> 29);
}

static not_inlined u64 combined(u64 a, u64 b, u64 c)
{
	u64 parts[3] = { a, b, c };

	__asm__ volatile("" : : "r"(parts) : "memory");
	return scrambled(parts[0], parts[1]) + scrambled(parts[1], parts[2]);
}

static not_inlined u64 one_step(u64 state, u64 number)
{
	if (number & 1)
		return combined(state, number, state >> 7);
	return scrambled(state, number) + number;
}

inline_always u32 work(struct data *d)
{
	u64 state = d->state + 1;

	for (u32 i = 0; i < STEPS; i++)
		state = one_step(state, i);
	d->state = state;
	return folded(state);
}

WORKLOAD(functions, struct data)
