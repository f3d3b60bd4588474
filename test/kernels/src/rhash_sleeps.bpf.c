// SPDX-License-Identifier: Apache-2.0
// A hash that grows is a hash to sleepable programs, but not where it is made like the other one.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, 35);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16);
	__type(key, int);
	__type(value, long);
} grows SEC(".maps");

struct {
	__uint(type, 35);
	__uint(max_entries, 16);
	__type(key, int);
	__type(value, long);
} preallocated SEC(".maps");

SEC("syscall")
int updates(void *ctx)
{
	int key = 1;
	long value = 2;

	bpf_map_update_elem(&grows, &key, &value, 0);
	long *found = bpf_map_lookup_elem(&grows, &key);
	return found ? *found : 0;
}

SEC("syscall")
int unchecked(void *ctx)
{
	int key = 1;
	long *found = bpf_map_lookup_elem(&grows, &key);
	return *found;
}

SEC("syscall")
int not_made(void *ctx)
{
	int key = 1;
	long *found = bpf_map_lookup_elem(&preallocated, &key);
	return found ? *found : 0;
}
