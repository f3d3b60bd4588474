// SPDX-License-Identifier: Apache-2.0
// The Internet checksum of four packets of 1,500 bytes, in network order: sixteen bits at a time.
#include "workload.h"

#define HALVES 3000

struct data {
	u16 halves[4096];
	u32 calls;
};

inline_always u32 work(struct data *d)
{
	u32 sum = 0;

	for (u32 i = 0; i < HALVES; i++) {
		u16 half = d->halves[i];

		sum += (u16)((half << 8) | (half >> 8));
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	d->halves[(d->calls * 7) & 2047] = (u16)(~sum + d->calls);
	d->calls++;
	return ~sum & 0xffff;
}

WORKLOAD(checksum, struct data)
