// SPDX-License-Identifier: Apache-2.0
// Kfuncs of queueing disciplines are for these alone, though their set has one that tc programs call, too.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

extern __u32 bpf_skb_get_hash(struct sk_buff *skb) __ksym __weak;
extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym __weak;
extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym;

SEC("tc")
int hash_from_tc(struct __sk_buff *skb)
{
	return bpf_skb_get_hash(bpf_cast_to_kern_ctx(skb));
}

SEC("tc")
int dynptr_from_tc(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	return 0;
}
