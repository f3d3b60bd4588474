// SPDX-License-Identifier: Apache-2.0
// A hash map and a trie of prefixes: keys are counted, some removed, addresses looked up in 64 routes.
#include "routes.h"

#define ROUNDS 64

struct data {
	u32 random, made;
};

#if defined(__bpf__) && !defined(UBPF)
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u64);
	__type(value, u64);
} table SEC(".maps");

#define table_lookup(key) ((u64 *)bpf_map_lookup_elem(&table, key))
#define table_update(key, value) bpf_map_update_elem(&table, key, value, BPF_ANY)
#define table_delete(key) bpf_map_delete_elem(&table, key)
#elif defined(__bpf__)
static u64 *(*table_lookup)(const u64 *key) = (void *)1;
static s64 (*table_update)(const u64 *key, const u64 *value) = (void *)2;
static s64 (*table_delete)(const u64 *key) = (void *)3;
#else
#include "maps.h"
#endif

inline_always u32 work(struct data *d)
{
	u32 random = d->random, sum = 0;

	if (!d->made) {
		make_routes();
		d->made = 1;
	}
	for (u32 i = 0; i < ROUNDS; i++) {
		u64 key, *count, one = 1;

		random = next_random(random);
		key = (random >> 16) & 511;
		count = table_lookup(&key);
		if (count)
			sum += (u32)++*count;
		else
			table_update(&key, &one);
		if ((random >> 28) == 0)
			table_delete(&key);
		sum += route_of(random);
	}
	d->random = random;
	return sum;
}

WORKLOAD(mapping, struct data)
