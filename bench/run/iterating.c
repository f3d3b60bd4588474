// SPDX-License-Identifier: Apache-2.0
// Loops of as many rounds as the data says: bpf_for() where there is one, a plain loop elsewhere.
#include "workload.h"

#define ROWS 32
#define MOST 64

struct data {
	u32 lengths[ROWS];
	u32 cells[MOST];
	u32 made, calls;
};

#if defined(__bpf__) && !defined(UBPF)
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __attribute__((weak, section(".ksyms")));
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __attribute__((weak, section(".ksyms")));
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __attribute__((weak, section(".ksyms")));
#define LOOP(i, end) bpf_for(i, 0, end)
#else
#define LOOP(i, end) for (i = 0; i < (int)(end); i++)
#endif

inline_always u32 work(struct data *d)
{
	u32 sum = 0;
	int row, i;

	if (!d->made) {
		LOOP(row, ROWS) d->lengths[row & (ROWS - 1)] = (u32)row * 2 + 1;
		d->made = 1;
	}
	LOOP(row, ROWS) {
		u32 length = d->lengths[row & (ROWS - 1)] + d->calls % 3;

		LOOP(i, length) {
			u32 cell = d->cells[i & (MOST - 1)] + (u32)(i ^ row);

			d->cells[i & (MOST - 1)] = cell;
			sum += cell;
		}
	}
	d->calls++;
	return sum;
}

WORKLOAD(iterating, struct data)
