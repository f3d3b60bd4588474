// SPDX-License-Identifier: Apache-2.0
// Connections: made, found by both tuples, in zones, changed; what says why none is found.
#define BPF_NO_KFUNC_PROTOTYPES
#include "check.h"

enum { IPS_SEEN_REPLY_ = 2, IPS_CONFIRMED_ = 8, IPS_ASSURED_ = 4, EPROTO = 71, ENONET = 64, EAFNOSUPPORT = 97 };

enum manip { MANIP_SRC, MANIP_DST };
struct opts { s32 netns_id; s32 error; u8 l4proto; u8 dir; u16 ct_zone_id; u8 ct_zone_dir; u8 reserved[3]; };
struct nf_conn *bpf_skb_ct_alloc(struct __sk_buff *, struct bpf_sock_tuple *, u32, struct opts *, u32) __ksym;
struct nf_conn *bpf_skb_ct_lookup(struct __sk_buff *, struct bpf_sock_tuple *, u32, struct opts *, u32) __ksym;
struct nf_conn *bpf_ct_insert_entry(struct nf_conn *) __ksym;
void bpf_ct_release(struct nf_conn *) __ksym;
void bpf_ct_set_timeout(struct nf_conn *, u32) __ksym;
int bpf_ct_change_timeout(struct nf_conn *, u32) __ksym;
int bpf_ct_set_status(struct nf_conn *, u32) __ksym;
int bpf_ct_change_status(struct nf_conn *, u32) __ksym;
int bpf_ct_set_nat_info(struct nf_conn *, union nf_inet_addr *, int port, enum manip) __ksym;

#define LOOKUP(tuple, size, opts, osize) ({ \
	struct nf_conn *found = bpf_skb_ct_lookup(skb, tuple, size, opts, osize); \
	if (found) \
		bpf_ct_release(found); \
	!!found; })

static struct bpf_sock_tuple tuple_of(u32 from, u32 to, u16 sport, u16 dport)
{
	struct bpf_sock_tuple tuple = {};

	tuple.ipv4.saddr = from;
	tuple.ipv4.daddr = to;
	tuple.ipv4.sport = bpf_htons(sport);
	tuple.ipv4.dport = bpf_htons(dport);
	return tuple;
}

SEC("tc")
int errors(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = tuple_of(1, 2, 3, 4);
	struct opts opts = { .netns_id = -1, .l4proto = IPPROTO_TCP };

	CHECK(!LOOKUP(&tuple, 12, &opts, 16) && opts.error == -ENOENT && opts.ct_zone_dir == 3);
	opts.l4proto = IPPROTO_ICMP;
	CHECK(!LOOKUP(&tuple, 12, &opts, 16) && opts.error == -EPROTO);
	opts.l4proto = IPPROTO_UDP;
	opts.netns_id = -2;
	CHECK(!LOOKUP(&tuple, 12, &opts, 16) && opts.error == -EINVAL);
	opts.netns_id = 4711;
	CHECK(!LOOKUP(&tuple, 12, &opts, 16) && opts.error == -ENONET);
	CHECK(!LOOKUP(&tuple, 11, &opts, 16) && opts.error == -EAFNOSUPPORT);
	opts.netns_id = -1;
	opts.reserved[1] = 1;
	CHECK(!LOOKUP(&tuple, 12, &opts, 16) && opts.error == -EINVAL);
	opts.reserved[1] = 0;
	opts.error = 0;
	opts.ct_zone_id = 1;
	CHECK(!LOOKUP(&tuple, 12, &opts, 12) && opts.error == -EINVAL);
	opts.ct_zone_id = 0;
	CHECK(!LOOKUP(&tuple, 12, &opts, 15) && opts.error == -EINVAL);
	return 0;
}

SEC("tc")
int made(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = tuple_of(11, 12, 1000, 80), reply = tuple_of(12, 11, 80, 1000);
	struct opts opts = { .netns_id = -1, .l4proto = IPPROTO_TCP };
	struct nf_conn *ct = bpf_skb_ct_alloc(skb, &tuple, 12, &opts, 16), *found;
	int answer = 0;

	CHECK(ct);
	bpf_ct_set_timeout(ct, 20000);
	ct->mark = 5;
	ct = bpf_ct_insert_entry(ct);
	CHECK(ct);
	if (ct->mark != 5 || !(ct->status & IPS_CONFIRMED_))
		answer = __LINE__;
	if (bpf_ct_change_status(ct, IPS_CONFIRMED_ | IPS_SEEN_REPLY_) || !(ct->status & IPS_SEEN_REPLY_))
		answer = __LINE__;
	if (bpf_ct_change_status(ct, IPS_CONFIRMED_) != -EBUSY || bpf_ct_change_status(ct, IPS_SEEN_REPLY_) != -EBUSY)
		answer = __LINE__;
	if (bpf_ct_change_timeout(ct, 30000))
		answer = __LINE__;
	bpf_ct_release(ct);
	if (answer)
		return answer;
	found = bpf_skb_ct_lookup(skb, &tuple, 12, &opts, 16);
	CHECK(found);
	bpf_ct_release(found);
	CHECK(opts.dir == 0);
	found = bpf_skb_ct_lookup(skb, &reply, 12, &opts, 16);
	CHECK(found);
	bpf_ct_release(found);
	CHECK(opts.dir == 1);
	/* A second of the same tuple is none. */
	ct = bpf_skb_ct_alloc(skb, &tuple, 12, &opts, 16);
	CHECK(ct);
	bpf_ct_set_timeout(ct, 1000);
	ct = bpf_ct_insert_entry(ct);
	if (ct) {
		bpf_ct_release(ct);
		return __LINE__;
	}
	/* In another zone, one way only. */
	opts.ct_zone_id = 7;
	opts.ct_zone_dir = 1;
	CHECK(!LOOKUP(&tuple, 12, &opts, 16) && opts.error == -ENOENT);
	ct = bpf_skb_ct_alloc(skb, &tuple, 12, &opts, 16);
	CHECK(ct);
	bpf_ct_set_timeout(ct, 1000);
	ct = bpf_ct_insert_entry(ct);
	/* Its replies are in the first zone, where there are some. */
	if (ct) {
		bpf_ct_release(ct);
		return __LINE__;
	}
	return 0;
}

SEC("tc")
int translated(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = tuple_of(21, 22, 1000, 80), reply = tuple_of(22, 0x01020304, 80, 5555);
	struct opts opts = { .netns_id = -1, .l4proto = IPPROTO_UDP };
	struct nf_conn *ct = bpf_skb_ct_alloc(skb, &tuple, 12, &opts, 16);
	union nf_inet_addr host = {};

	CHECK(ct);
	bpf_ct_set_timeout(ct, 20000);
	host.ip = 0x01020304;
	bpf_ct_set_nat_info(ct, &host, 5555, MANIP_SRC);
	ct = bpf_ct_insert_entry(ct);
	CHECK(ct);
	if ((ct->status & 0x1ff) != (IPS_CONFIRMED_ | 16 | 128)) {
		bpf_ct_release(ct);
		return __LINE__;
	}
	bpf_ct_release(ct);
	ct = bpf_skb_ct_lookup(skb, &reply, 12, &opts, 16);
	CHECK(ct);
	bpf_ct_release(ct);
	CHECK(opts.dir == 1);
	return 0;
}
