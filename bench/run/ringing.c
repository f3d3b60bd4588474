// SPDX-License-Identifier: Apache-2.0
// A ring buffer: 16 events of 48 bytes, reserved, filled and submitted. It is drained between measurements.
#include "workload.h"

#define EVENTS 16

struct event {
	u64 time, key;
	u32 kind, number;
	u64 parts[3];
};

struct data {
	u32 random, lost;
};

#if defined(__bpf__) && !defined(UBPF)
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 << 20);
} ring SEC(".maps");

#define ring_reserve(size) bpf_ringbuf_reserve(&ring, size, 0)
#define ring_submit(record) bpf_ringbuf_submit(record, 0)
#elif defined(__bpf__)
static void *(*ring_reserve)(u64 size) = (void *)6;
static void (*ring_submit)(void *record) = (void *)7;
#else
#include "maps.h"
#endif

inline_always u32 work(struct data *d)
{
	u32 random = d->random;

	for (u32 i = 0; i < EVENTS; i++) {
		struct event *event = ring_reserve(sizeof(*event));

		random = next_random(random);
		if (!event) {
			d->lost++;
			continue;
		}
		event->time = (u64)random << 12;
		event->key = random ^ 0x5555;
		event->kind = random & 7;
		event->number = i;
		event->parts[0] = random >> 3;
		event->parts[1] = random >> 5;
		event->parts[2] = (u64)random * random;
		ring_submit(event);
	}
	d->random = random;
	return random + d->lost;
}

WORKLOAD(ringing, struct data)

#ifndef __bpf__
#ifdef __wasm__
__attribute__((export_name("drained")))
#endif
void drained(void);
void drained(void)
{
	ring_drain();
}
#endif
