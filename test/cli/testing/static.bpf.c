// SPDX-License-Identifier: Apache-2.0
// A test as Cilium writes them: static programs, maps pinned in its own way, and tail calls that tags put into their slots. Built by make.sh.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "../../../examples/testing/suite.h"
#define tail(map, slot) __attribute__((btf_decl_tag("tail:" #map "/" #slot)))

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
	__uint(pinning, 1 << 4);
} calls SEC(".maps");

static SEC("tc/tail") tail(calls, 2) int marks(struct __sk_buff *skb)
{
	skb->mark = 42;
	return 3;
}
static SEC("tc/entry") int enters(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &calls, 2);
	return 2;
}
static SETUP("tc", "tail_call") int tail_call_setup(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &calls, 2);
	return 100;
}
static CHECK("tc", "tail_call") int tail_call_check(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;

	if (data + 4 > (void *)(long)skb->data_end)
		return SUITE_ERROR;
	return *(u32 *)data == 3 && skb->mark == 42 ? SUITE_PASS : SUITE_FAIL;
}
char _license[] SEC("license") = "GPL";
