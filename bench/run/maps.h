/* SPDX-License-Identifier: Apache-2.0 */
/* The maps of the workloads, plainly in C, for what is not BPF; uBPF's programs call them as helpers. */
#ifndef MAPS_H
#define MAPS_H
#include "workload.h"

#define TABLE_SIZE 2048		/* twice its entries, a power of two */
#define ROUTES 4096

static struct { u64 key, value; u32 used; } table[TABLE_SIZE];
static struct { u32 next[2]; u32 has, value; } routes[ROUTES];
static u32 nroutes = 1;

inline_always u32 place_of(u64 key)
{
	key *= 0x9e3779b97f4a7c15ull;
	return (u32)(key >> 53) & (TABLE_SIZE - 1);
}

static inline u64 *table_lookup(const u64 *key)
{
	for (u32 i = place_of(*key);; i = (i + 1) & (TABLE_SIZE - 1)) {
		if (!table[i].used)
			return 0;
		if (table[i].key == *key)
			return &table[i].value;
	}
}

/* The same where it is kept that the entry was used. */
static inline u64 *lru_lookup(const u64 *key)
{
	u64 *value = table_lookup(key);

	if (value)
		((u32 *)value)[2] = 2;	/* `used` */
	return value;
}

static inline int table_update(const u64 *key, const u64 *value)
{
	u32 i = place_of(*key);

	while (table[i].used && table[i].key != *key)
		i = (i + 1) & (TABLE_SIZE - 1);
	table[i].used = 1;
	table[i].key = *key;
	table[i].value = *value;
	return 0;
}

static inline int table_delete(const u64 *key)
{
	u32 i = place_of(*key), hole;

	while (table[i].used && table[i].key != *key)
		i = (i + 1) & (TABLE_SIZE - 1);
	if (!table[i].used)
		return -2;
	for (hole = i;;) {	/* what follows moves up, so that it is still found */
		table[hole].used = 0;
		for (;;) {
			u32 home;

			i = (i + 1) & (TABLE_SIZE - 1);
			if (!table[i].used)
				return 0;
			home = place_of(table[i].key);
			if (((i - home) & (TABLE_SIZE - 1)) >= ((i - hole) & (TABLE_SIZE - 1)))
				break;
		}
		table[hole] = table[i];
		hole = i;
	}
}

#define ARRAY_SIZE 512
static u64 array[ARRAY_SIZE];

static inline u64 *array_lookup(const u32 *key)
{
	return *key < ARRAY_SIZE ? &array[*key] : 0;
}

static inline int array_update(const u32 *key, const u64 *value)
{
	if (*key >= ARRAY_SIZE)
		return -7;
	array[*key] = *value;
	return 0;
}

struct prefix { u32 length, address; };	/* the address in network order */

inline_always u32 bit_of(u32 address, u32 i)
{
	return (address >> ((i & 24) + (7 - (i & 7)))) & 1;
}

static inline u32 *routes_lookup(const struct prefix *key)
{
	u32 at = 0, *found = 0;

	for (u32 i = 0;; i++) {
		if (routes[at].has)
			found = &routes[at].value;
		if (i == key->length)
			return found;
		at = routes[at].next[bit_of(key->address, i)];
		if (!at)
			return found;
	}
}

static inline int routes_update(const struct prefix *key, const u32 *value)
{
	u32 at = 0;

	for (u32 i = 0; i < key->length; i++) {
		u32 *next = &routes[at].next[bit_of(key->address, i)];

		if (!*next) {
			if (nroutes == ROUTES)
				return -28;
			*next = nroutes++;
		}
		at = *next;
	}
	routes[at].has = 1;
	routes[at].value = *value;
	return 0;
}

#define RING_SIZE (4u << 20)
#define RECORD_HEADER 8
static u8 ring[RING_SIZE];
static u32 ring_used;

static inline void *ring_reserve(u64 size)
{
	u32 at = ring_used, whole = ((u32)size + RECORD_HEADER + 7) & ~7u;

	if (at + whole > RING_SIZE)
		return 0;
	ring_used = at + whole;
	*(u64 *)(ring + at) = size | 1ull << 63;	/* busy until it is submitted */
	return ring + at + RECORD_HEADER;
}

static inline void ring_submit(void *record)
{
	*(u64 *)((u8 *)record - RECORD_HEADER) &= ~(1ull << 63);
	__asm__ volatile("" : : "r"(record) : "memory");	/* somebody reads it */
}

/* What a consumer would do, between the measurements: it takes a copy of each record, as ours does, so that caches are alike afterwards. */
static volatile u64 ring_copies[RING_SIZE / 8];

static inline void ring_drain(void)
{
	u32 copied = 0;

	for (u32 at = 0; at < ring_used;) {
		u32 size = (*(u32 *)(ring + at) + 7) & ~7u;

		at += RECORD_HEADER;
		for (u32 end = at + size; at < end; at += 8)
			ring_copies[copied++] = *(u64 *)(ring + at);
	}
	ring_used = 0;
}
#endif
