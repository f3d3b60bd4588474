// SPDX-License-Identifier: Apache-2.0
// Addresses looked up in 64 routes.
#include "workload.h"

#define ROUNDS 64

struct data {
	u32 random, made;
};

#if defined(__bpf__) && !defined(UBPF)
struct prefix { u32 length, address; };

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, u32);
} routes SEC(".maps");

#define routes_lookup(key) ((u32 *)bpf_map_lookup_elem(&routes, key))
#define routes_update(key, value) bpf_map_update_elem(&routes, key, value, BPF_ANY)
#elif defined(__bpf__)
struct prefix { u32 length, address; };

static u32 *(*routes_lookup)(const struct prefix *key) = (void *)4;
static s64 (*routes_update)(const struct prefix *key, const u32 *value) = (void *)5;
#else
#include "maps.h"
#endif

inline_always u32 work(struct data *d)
{
	u32 random = d->random, sum = 0;

	if (!d->made) {
		u32 made = 3;

		for (u32 i = 0; i < 64; i++) {
			struct prefix key;
			u32 value = i + 1;

			made = next_random(made);
			key.length = 8 + (i & 15);
			key.address = (made >> 8) & 0x00ffff0f;
			routes_update(&key, &value);
		}
		d->made = 1;
	}
	for (u32 i = 0; i < ROUNDS; i++) {
		struct prefix address;
		u32 *route;

		random = next_random(random);
		address.length = 32;
		address.address = (random >> 6) & 0x00ffff0f;
		route = routes_lookup(&address);
		if (route)
			sum += *route;
	}
	d->random = random;
	return sum;
}

WORKLOAD(lookup_lpm, struct data)
