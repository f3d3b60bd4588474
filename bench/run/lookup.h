/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in a map alone, 64 a call; of 1024 keys half are there. A file defines MAP_TYPE, key_t, KEY(number), for all but BPF native_lookup
 * and native_update (of maps.h), and for uBPF their numbers as helpers, LOOKUP and UPDATE.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#define ROUNDS 64
#define ENTRIES 512

struct data {
	u32 random, made;
};

#if defined(__bpf__) && !defined(UBPF)
struct {
	__uint(type, MAP_TYPE);
	__uint(max_entries, ENTRIES);
	__type(key, key_t);
	__type(value, u64);
} map SEC(".maps");

#define map_lookup(key) ((u64 *)bpf_map_lookup_elem(&map, key))
#define map_update(key, value) bpf_map_update_elem(&map, key, value, BPF_ANY)
#elif defined(__bpf__)
static u64 *(*map_lookup)(const key_t *key) = (void *)LOOKUP;
static s64 (*map_update)(const key_t *key, const u64 *value) = (void *)UPDATE;
#else
#include "maps.h"
#define map_lookup native_lookup
#define map_update native_update
#endif

inline_always u32 work(struct data *d)
{
	u32 random = d->random, sum = 0;

	if (!d->made) {
		for (u32 i = 0; i < ENTRIES; i++) {
			key_t key = KEY(i);
			u64 value = i + 1;

			map_update(&key, &value);
		}
		d->made = 1;
	}
	for (u32 i = 0; i < ROUNDS; i++) {
		key_t key;
		u64 *value;

		random = next_random(random);
		key = (random >> 16) & (2 * ENTRIES - 1);
		value = map_lookup(&key);
		if (value)
			sum += (u32)*value;
	}
	d->random = random;
	return sum;
}
#endif
