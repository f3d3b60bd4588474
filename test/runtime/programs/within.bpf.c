// SPDX-License-Identifier: Apache-2.0
// A map of maps that is empty until user space puts one in.
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

struct limits {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} today SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct limits);
} by_user SEC(".maps");

/* The limit of user 7, which is today's, if anything. */
SEC("tc")
int limit_of(struct __sk_buff *skb)
{
	__u32 user = 7, zero = 0;
	void *limits = bpf_map_lookup_elem(&by_user, &user);
	__u32 *limit = limits ? bpf_map_lookup_elem(limits, &zero) : 0;
	__u32 *other = bpf_map_lookup_elem(&today, &zero);

	return limit && limit == other ? *limit : -1;
}

/* 0: user 7 has no limits; else one more than the limit. */
SEC("tc")
int found(struct __sk_buff *skb)
{
	__u32 user = 7, zero = 0;
	void *limits = bpf_map_lookup_elem(&by_user, &user);
	__u32 *limit = limits ? bpf_map_lookup_elem(limits, &zero) : 0;

	return limit ? *limit + 1 : 0;
}
