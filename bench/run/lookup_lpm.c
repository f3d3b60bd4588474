// SPDX-License-Identifier: Apache-2.0
// Addresses looked up in 64 routes.
#include "routes.h"

#define ROUNDS 64

struct data {
	u32 random, made;
};

inline_always u32 work(struct data *d)
{
	u32 random = d->random, sum = 0;

	if (!d->made) {
		make_routes();
		d->made = 1;
	}
	for (u32 i = 0; i < ROUNDS; i++) {
		random = next_random(random);
		sum += route_of(random);
	}
	d->random = random;
	return sum;
}

WORKLOAD(lookup_lpm, struct data)
