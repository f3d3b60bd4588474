// SPDX-License-Identifier: Apache-2.0
// Programs that say of themselves what they come to, by the tags of the kernel's selftests (bpf_misc.h): `kfuncs test` loads and runs them.
#include "../include/example.h"
#define tag(text) __attribute__((btf_decl_tag("comment:" text)))
#define __success tag("test_expect_success")
#define __failure tag("test_expect_failure")
#define __msg(text) tag("test_expect_msg=0=" text)
#define __retval(value) tag("test_retval=" #value)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
} numbers SEC(".maps");

SEC("syscall") __success __retval(6)
int sums_up(void *ctx)
{
	int i, sum = 0;

	bpf_for(i, 0, 4)
		sum += i;
	return sum;
}

SEC("tc") __success __retval(64)
int sees_the_packet(struct __sk_buff *skb)
{
	return skb->len;
}

SEC("tc") __failure __msg("invalid mem access 'map_value_or_null'")
int forgets_to_ask(struct __sk_buff *skb)
{
	int zero = 0;

	return *(int *)bpf_map_lookup_elem(&numbers, &zero);
}
