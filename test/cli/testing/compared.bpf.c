// SPDX-License-Identifier: Apache-2.0
// A check that compares packets and leaves both, as Cilium's scapy.h does. Built by make.sh.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "../../../examples/testing/suite.h"

struct comparison {
	char name[128], file[128], line[128], layer[128];
	u16 expected_length;
	u8 expected[1518];
	u16 got_length;
	u8 got[1518];
	u8 pad[2];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, struct comparison);
} scapy_assert_map SEC(".maps");

static SETUP("tc", "compares") int compares_setup(struct __sk_buff *skb)
{
	return 0;
}
static CHECK("tc", "compares") int compares_check(struct __sk_buff *skb)
{
	u32 zero = 0;
	struct comparison *left = bpf_map_lookup_elem(&scapy_assert_map, &zero);

	if (!left)
		return SUITE_ERROR;
	__builtin_memcpy(left->name, "addresses", 10);
	__builtin_memcpy(left->file, "compared.bpf.c", 15);
	__builtin_memcpy(left->line, "28", 3);
	__builtin_memcpy(left->layer, "Ether", 6);
	left->expected_length = 14;
	left->expected[5] = 7;
	left->expected[12] = 8;
	left->got_length = 14;
	left->got[5] = 9;
	left->got[12] = 8;
	return SUITE_FAIL;
}
char _license[] SEC("license") = "GPL";
