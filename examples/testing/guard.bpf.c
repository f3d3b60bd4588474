// SPDX-License-Identifier: Apache-2.0
// What is tested here: UDP to blocked ports is dropped, counted and told, unless its connection is known.
#include "../include/example.h"
#include <bpf/bpf_endian.h>

enum { XDP_DROP = 1, XDP_PASS = 2 };
enum { ETH_P_IP = 0x0800, IPPROTO_UDP = 17 };

struct ethernet { u8 to[6], from[6]; __be16 type; };
struct ipv4 { u8 version_ihl, tos; __be16 length, id, fragment; u8 ttl, protocol; __sum16 checksum; __be32 from, to; };
struct udp { __be16 from, to, length; __sum16 checksum; };

struct nf_conn *bpf_xdp_ct_lookup(struct xdp_md *xdp, struct bpf_sock_tuple *tuple, u32 tuple__sz, struct bpf_ct_opts *opts,
				  u32 opts__sz) __ksym;
void bpf_ct_release(struct nf_conn *conn) __ksym;

/* What became of packets to a port. */
struct tally { u64 dropped, passed; };
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, u16);
	__type(value, struct tally);
} blocked SEC(".maps");

struct drop { __be32 from; u16 port; u16 length; };
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
	__type(value, struct drop);
} drops SEC(".maps");

/* Set before it is loaded: whether known connections pass. */
const volatile bool stateful = true;
u32 seen;

static bool is_known(struct xdp_md *xdp, const struct ipv4 *ip, const struct udp *udp)
{
	struct bpf_sock_tuple tuple = {
		.ipv4 = { .saddr = ip->from, .daddr = ip->to, .sport = udp->from, .dport = udp->to },
	};
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = IPPROTO_UDP };
	struct nf_conn *conn = bpf_xdp_ct_lookup(xdp, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));

	if (!conn)
		return false;
	bpf_ct_release(conn);
	return true;
}

SEC("xdp")
int guard(struct xdp_md *xdp)
{
	void *end = (void *)(long)xdp->data_end;
	struct ethernet *eth = (void *)(long)xdp->data;
	struct ipv4 *ip = (void *)(eth + 1);
	struct udp *udp = (void *)(ip + 1);
	struct tally *tally;
	struct drop *drop;
	u16 port;

	seen++;
	if ((void *)(udp + 1) > end || eth->type != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->version_ihl != 0x45 || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	port = bpf_ntohs(udp->to);
	tally = bpf_map_lookup_elem(&blocked, &port);
	if (!tally)
		return XDP_PASS;
	if (stateful && is_known(xdp, ip, udp)) {
		tally->passed++;
		return XDP_PASS;
	}
	tally->dropped++;
	drop = bpf_ringbuf_reserve(&drops, sizeof(*drop), 0);
	if (drop) {
		drop->from = ip->from;
		drop->port = port;
		drop->length = bpf_ntohs(udp->length);
		bpf_ringbuf_submit(drop, 0);
	}
	return XDP_DROP;
}
