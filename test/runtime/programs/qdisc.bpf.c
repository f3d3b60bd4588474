// SPDX-License-Identifier: Apache-2.0
// A queueing discipline (7.3) that holds one packet, and drops what comes while it does.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char _license[] SEC("license") = "GPL";

struct bpf_sk_buff_ptr {
	struct sk_buff *skb;
};

extern void bpf_kfree_skb(struct sk_buff *p) __ksym;
extern void bpf_qdisc_skb_drop(struct sk_buff *p, struct bpf_sk_buff_ptr *to_free) __ksym;
extern void bpf_qdisc_bstats_update(struct Qdisc *sch, const struct sk_buff *skb) __ksym;
extern void bpf_qdisc_watchdog_schedule(struct Qdisc *sch, u64 expire, u64 delta_ns) __ksym;
extern u32 bpf_skb_get_hash(struct sk_buff *p) __ksym;

struct held {
	struct sk_buff __kptr *packet;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct held);
} slots SEC(".maps");

u32 hash;

SEC("struct_ops/enqueue")
int BPF_PROG(one_enqueue, struct sk_buff *skb, struct Qdisc *sch, struct bpf_sk_buff_ptr *to_free)
{
	int zero = 0;
	struct held *slot = bpf_map_lookup_elem(&slots, &zero);

	if (!slot || sch->q.qlen > 0) {
		bpf_qdisc_skb_drop(skb, to_free);
		return 1;
	}
	hash = bpf_skb_get_hash(skb);
	sch->q.qlen++;
	skb = bpf_kptr_xchg(&slot->packet, skb);
	if (skb)
		bpf_qdisc_skb_drop(skb, to_free);
	bpf_qdisc_watchdog_schedule(sch, 5000, 0);
	return 0;
}

SEC("struct_ops/dequeue")
struct sk_buff *BPF_PROG(one_dequeue, struct Qdisc *sch)
{
	int zero = 0;
	struct held *slot = bpf_map_lookup_elem(&slots, &zero);
	struct sk_buff *skb;

	if (!slot)
		return NULL;
	skb = bpf_kptr_xchg(&slot->packet, NULL);
	if (!skb)
		return NULL;
	sch->q.qlen--;
	bpf_qdisc_bstats_update(sch, skb);
	return skb;
}

SEC("struct_ops/reset")
void BPF_PROG(one_reset, struct Qdisc *sch)
{
	int zero = 0;
	struct held *slot = bpf_map_lookup_elem(&slots, &zero);
	struct sk_buff *skb;

	if (!slot)
		return;
	skb = bpf_kptr_xchg(&slot->packet, NULL);
	if (skb)
		bpf_kfree_skb(skb);
	sch->q.qlen = 0;
}

SEC("struct_ops/init")
int BPF_PROG(one_init, struct Qdisc *sch, struct nlattr *opt, struct netlink_ext_ack *extack)
{
	return 0;
}

SEC("struct_ops/destroy")
void BPF_PROG(one_destroy, struct Qdisc *sch)
{
}

SEC(".struct_ops")
struct Qdisc_ops one = {
	.enqueue = (void *)one_enqueue,
	.dequeue = (void *)one_dequeue,
	.init = (void *)one_init,
	.reset = (void *)one_reset,
	.destroy = (void *)one_destroy,
	.id = "one",
};
