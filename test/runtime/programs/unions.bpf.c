// SPDX-License-Identifier: Apache-2.0
// Values with unions: named, without a name, of structs and of bit fields. test/cli/gen.test.ts has their skeleton.
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

union address {
	__u32 v4;
	__u8 v6[16];
};

struct endpoint {
	__u16 family;
	__u16 port;
	union address at;
	union {
		struct {
			__u32 low;
			__u32 high;
		};
		__u64 whole;
		char text[8];
	};
	union {
		__u8 flags;
		struct {
			__u8 seen : 1;
			__u8 kept : 1;
		};
	};
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, union address);
	__type(value, struct endpoint);
} endpoints SEC(".maps");

union {
	__u64 number;
	__u8 bytes[8];
} last;

/* 10.0.0.1 becomes 10.0.0.2, and is marked. */
SEC("tc")
int moves(struct __sk_buff *skb)
{
	union address key = { .v4 = 1 };
	struct endpoint *found = bpf_map_lookup_elem(&endpoints, &key);

	if (!found)
		return 1;
	found->at.v6[0] = 2;
	found->high = 7;
	found->kept = 1;
	last.number = found->whole;
	return 0;
}

struct counted {
	__u32 count;
	__u32 many;
	union address from;
};

/* One more, from 10.0.0.3. */
SEC("syscall")
int counts(struct counted *request)
{
	request->count++;
	request->from.v4 = 3;
	return request->many;
}
