// SPDX-License-Identifier: Apache-2.0
// A hash of 8 KiB: eight bytes at a time, multiplied and rotated, as fast hashes of today do.
#include "workload.h"

#define WORDS 1024

struct data {
	u64 words[WORDS];
	u64 seed;
};

inline_always u64 rotated(u64 x, int by)
{
	return (x << by) | (x >> (64 - by));
}

inline_always u32 work(struct data *d)
{
	u64 hash = d->seed + 0x9e3779b97f4a7c15ull;

	for (u32 i = 0; i < WORDS; i++) {
		u64 word = d->words[i] ^ i;

		word *= 0xc2b2ae3d27d4eb4full;
		word = rotated(word, 31) * 0x9e3779b185ebca87ull;
		hash = rotated(hash ^ word, 27) * 5 + 0x52dce729;
	}
	hash ^= hash >> 33;
	hash *= 0xff51afd7ed558ccdull;
	hash ^= hash >> 29;
	d->words[hash % WORDS] = hash;
	d->seed = hash;
	return folded(hash);
}

WORKLOAD(hashing, struct data)
