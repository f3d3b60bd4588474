// SPDX-License-Identifier: Apache-2.0
// Arithmetic of 64 bits: products, quotients and remainders of what is not known beforehand, shifts by what is not known either.
#include "workload.h"

#define STEPS 256

struct data {
	u64 x, y;
};

inline_always u32 work(struct data *d)
{
	u64 x = d->x | 1, y = d->y + 0x2545f4914f6cdd1dull;

	for (u32 i = 0; i < STEPS; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		y += x / ((y >> 40) | 1);
		y ^= x % ((y & 0xffff) | 3);
		y = (y << (x & 31)) | (y >> 32);
	}
	d->x = x;
	d->y = y;
	return folded(x + y);
}

WORKLOAD(mixing, struct data)
