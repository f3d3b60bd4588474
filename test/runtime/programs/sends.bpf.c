// SPDX-License-Identifier: Apache-2.0
// What `kfuncs run` is told to put into maps, and tells of what was sent: test/cli/run-sends.test.ts.
#include "check.h"

enum verdict { VERDICT_NONE, VERDICT_SEND = 2 };
struct prefix { u32 bits; u32 address; };
struct route { enum verdict verdict; u16 port : 12; u16 flags : 4; u8 hop[4]; char name[8]; };
struct event { u64 time; u32 port; char text[120]; };

struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __uint(key_size, 4); __uint(value_size, 4); } calls SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(max_entries, 1); __uint(map_flags, 1); __type(key, struct prefix); __type(value, struct route); } routes SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 2); __type(key, u32); __type(value, u32); } limits SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __uint(key_size, 12); __uint(value_size, 2); } plain SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } perf SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_DEVMAP); __uint(max_entries, 2); __uint(key_size, 4); __uint(value_size, 4); } ports SEC(".maps");

/* kept in the types for --type */
const struct event *unused_event __attribute__((unused));

SEC("tc")
int entry(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &calls, 1);
	return 2;
}

SEC("tc")
int next(struct __sk_buff *skb)
{
	struct prefix to = { .bits = 32, .address = bpf_htonl(0x0a010203) };
	struct route *route = bpf_map_lookup_elem(&routes, &to);
	char key[12] = "key of bytes";
	u32 zero = 0, *limit = bpf_map_lookup_elem(&limits, &zero);
	u16 *two = bpf_map_lookup_elem(&plain, key);
	struct event event = {};

	if (!route || !limit || !two)
		return -1;
	event.port = route->port + *limit + *two;
	__builtin_memcpy(event.text, route->name, sizeof(route->name));
	bpf_ringbuf_output(&ring, &event, sizeof(event), 0);
	bpf_perf_event_output(skb, &perf, BPF_F_CURRENT_CPU, &event, 16);
	if (route->verdict == VERDICT_SEND && route->flags == 5 && route->hop[3] == 9) {
		bpf_clone_redirect(skb, 1, 0);
		return bpf_redirect(1, BPF_F_INGRESS);
	}
	return 0;
}

SEC("xdp")
int by_map(struct xdp_md *ctx)
{
	return bpf_redirect_map(&ports, 1, XDP_ABORTED);
}
