// SPDX-License-Identifier: Apache-2.0
// A neighbour table: by an IPv6 address a MAC address.
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, struct in6_addr);
	__type(value, unsigned char[6]);
} hosts SEC(".maps");

/* The first byte of the address of fc00::1, if it ends in 1. */
SEC("socket")
int finds(struct __sk_buff *skb)
{
	struct in6_addr key = {};
	unsigned char *mac;

	key.in6_u.u6_addr32[0] = bpf_htonl(0xfc000000);
	key.in6_u.u6_addr32[3] = bpf_htonl(1);
	mac = bpf_map_lookup_elem(&hosts, &key);
	return mac && mac[5] == 1 ? mac[0] : 0;
}
