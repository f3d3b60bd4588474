// SPDX-License-Identifier: Apache-2.0
// Senders of packets that are told of errors (7.3): not those of test runs, to whom there is no route. `line` is one that is not so.
#define BPF_NO_KFUNC_PROTOTYPES
#include "check.h"

enum { ENETUNREACH = 101 };

extern int bpf_icmp_send(struct __sk_buff *skb_ctx, int type, int code) __ksym;

int line;

SEC("cgroup_skb/egress")
int no_route(struct __sk_buff *skb)
{
	if (bpf_icmp_send(skb, 3, 1) != -ENETUNREACH)
		line = __LINE__;
	if (bpf_icmp_send(skb, 77, 99) != -ENETUNREACH)
		line = __LINE__;
	return 1;
}
