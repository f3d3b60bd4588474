// SPDX-License-Identifier: Apache-2.0
// Tests of both kinds that need maps filled by whoever runs them: kfuncs test --map 'limits[7]={"low": 1, "high": 40}' --map 'next[0]=second'
// --cpu 2.
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

#define __success __attribute__((btf_decl_tag("comment:test_expect_success")))
#define __retval(value) __attribute__((btf_decl_tag("comment:test_retval=" #value)))

char _license[] SEC("license") = "GPL";

struct limit {
	__u32 low;
	__u32 high;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct limit);
} limits SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} next SEC(".maps");

static __always_inline int sum(void)
{
	__u32 key = 7;
	struct limit *limit = bpf_map_lookup_elem(&limits, &key);

	return limit ? limit->low + limit->high : 0;
}

SEC("tc") __success __retval(41)
int sums(struct __sk_buff *skb)
{
	return sum();
}

SEC("tc")
int second(struct __sk_buff *skb)
{
	return 77;
}

SEC("tc") __success __retval(77)
int goes_on(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &next, 0);
	return 1;
}

SEC("tc") __success __retval(2)
int tells_its_cpu(struct __sk_buff *skb)
{
	return bpf_get_smp_processor_id();
}

SEC("tc/test/by_packet/check")
int by_packet_check(struct __sk_buff *skb)
{
	return sum() == 41 ? 101 : 102;
}
