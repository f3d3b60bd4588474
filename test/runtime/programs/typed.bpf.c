// SPDX-License-Identifier: Apache-2.0
// Values of many types, changed by one run.
#include "check.h"

enum mode { MODE_IDLE, MODE_BUSY = 5 };
struct way { u32 from; u32 to; };
struct tally { u64 packets; s32 last; enum mode mode; char name[8]; u8 low : 3; u8 high : 5; struct { u16 port; } in; };

struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, struct way); __type(value, struct tally); __uint(max_entries, 4); } flows SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __type(key, u32); __type(value, u32); __uint(max_entries, 2); } counts SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(key_size, 4); __uint(value_size, 4); __uint(max_entries, 1); } plain SEC(".maps");

struct tally total;
long table[3];
char label[8];
bool done;
void *where;

SEC("tc") int typed(struct __sk_buff *skb)
{
	struct way flow = { 1, 2 };
	struct tally stats = { .packets = 3, .mode = MODE_BUSY, .name = "eth0" };
	u32 one = 1, zero = 0, *count, *word;

	bpf_map_update_elem(&flows, &flow, &stats, 0);
	count = bpf_map_lookup_elem(&counts, &one);
	if (count)
		*count += 7;
	word = bpf_map_lookup_elem(&plain, &zero);
	if (word)
		*word = 0x1234;
	total.packets++;
	total.last = -1;
	total.high = 9;
	total.in.port = 443;
	table[1] = -5;
	label[0] = 'h';
	label[1] = 'i';
	done = true;
	return 0;
}
