// SPDX-License-Identifier: Apache-2.0
// 64 numbers sorted by comparing and exchanging what is a gap apart, the gap halved after four passes.
#include "workload.h"

#define COUNT 64

struct data {
	u32 numbers[COUNT];
	u32 random;
};

inline_always u32 work(struct data *d)
{
	u32 random = d->random, sum = 0;

	for (u32 i = 0; i < COUNT; i++) {
		random = next_random(random);
		d->numbers[i] = random >> 8;
	}
	d->random = random;
	for (u32 gap = COUNT / 2; gap > 0; gap /= 2)
		for (u32 pass = 0; pass < 4; pass++)
			for (u32 i = 0; i + gap < COUNT; i++) {
				u32 a = d->numbers[i], b = d->numbers[i + gap];

				if (a > b) {
					d->numbers[i] = b;
					d->numbers[i + gap] = a;
				}
			}
	for (u32 i = 0; i < COUNT; i++)
		sum = sum * 31 + d->numbers[i];
	return sum;
}

WORKLOAD(sorting, struct data)
