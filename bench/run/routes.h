/* SPDX-License-Identifier: Apache-2.0 */
/* 64 routes in a trie of prefixes, and addresses looked up in them. */
#ifndef ROUTES_H
#define ROUTES_H
#include "workload.h"

#if defined(__bpf__)
struct prefix { u32 length, address; };
#endif

#if defined(__bpf__) && !defined(UBPF)
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
static u32 *(*routes_lookup)(const struct prefix *key) = (void *)4;
static s64 (*routes_update)(const struct prefix *key, const u32 *value) = (void *)5;
#else
#include "maps.h"
#endif

inline_always void make_routes(void)
{
	u32 random = 3;

	for (u32 i = 0; i < 64; i++) {
		struct prefix key;
		u32 value = i + 1;

		random = next_random(random);
		key.length = 8 + (i & 15);
		key.address = (random >> 8) & 0x00ffff0f;
		routes_update(&key, &value);
	}
}

/* The route of an address by chance; 0 where there is none. */
inline_always u32 route_of(u32 random)
{
	struct prefix address;
	u32 *route;

	address.length = 32;
	address.address = (random >> 6) & 0x00ffff0f;
	route = routes_lookup(&address);
	return route ? *route : 0;
}

#endif
