// SPDX-License-Identifier: Apache-2.0
// On an IPv4 packet of 64 bytes to nobody, zeros but for what these write.
#include "check.h"

static int put16(struct __sk_buff *skb, u32 at, u16 value)
{
	value = bpf_htons(value);
	return bpf_skb_store_bytes(skb, at, &value, 2, 0);
}
static u16 get16(struct __sk_buff *skb, u32 at)
{
	u16 value = 0xdead;

	bpf_skb_load_bytes(skb, at, &value, 2);
	return bpf_ntohs(value);
}

SEC("tc")
int length(struct __sk_buff *skb)
{
	u32 before = skb->len;

	put16(skb, 0, 0x1122);
	put16(skb, before - 2, 0x3344);
	CHECK(bpf_skb_change_tail(skb, 13, 0) == -EINVAL);
	CHECK(bpf_skb_change_tail(skb, 100000, 0) == -EINVAL);
	CHECK(bpf_skb_change_tail(skb, 70, 1) == -EINVAL);
	CHECK(bpf_skb_change_tail(skb, before + 1000, 0) == 0);
	CHECK(skb->len == before + 1000);
	CHECK(get16(skb, before - 2) == 0x3344 && get16(skb, before + 998) == 0);
	CHECK(bpf_skb_change_tail(skb, before, 0) == 0);
	CHECK(bpf_skb_change_head(skb, 2, 1) == -EINVAL);
	CHECK(bpf_skb_change_head(skb, 100000, 0) == -EINVAL);
	CHECK(bpf_skb_change_head(skb, 200, 0) == 0);
	CHECK(skb->len == before + 200);
	CHECK(get16(skb, 0) == 0 && get16(skb, 200) == 0x1122 && get16(skb, before + 198) == 0x3344);
	/* a transport header that nobody set seems to be there once the buffer was made longer at its begin */
	CHECK(bpf_skb_change_tail(skb, 134, 0) == -EINVAL);
	CHECK(bpf_skb_change_tail(skb, 135, 0) == 0);
	CHECK(skb->len == 135);
	return 0;
}

SEC("tc")
int room(struct __sk_buff *skb)
{
	u32 before = skb->len;

	put16(skb, 12, 0x1122);
	put16(skb, 14, 0x3344);
	put16(skb, 34, 0x5566);
	CHECK(bpf_skb_adjust_room(skb, 4, 2, 0) == -ENOTSUPP);
	CHECK(bpf_skb_adjust_room(skb, 0x1000, 1, 0) == -EFAULT);
	CHECK(bpf_skb_adjust_room(skb, 4, 1, 1 << 9) == -EINVAL);
	CHECK(bpf_skb_adjust_room(skb, -40, 1, 0) == -ENOTSUPP);
	CHECK(bpf_skb_adjust_room(skb, 4, 1, BPF_F_ADJ_ROOM_DECAP_L3_IPV4) == -EINVAL);
	CHECK(bpf_skb_adjust_room(skb, 8, BPF_ADJ_ROOM_MAC, 0) == 0);
	CHECK(skb->len == before + 8);
	CHECK(get16(skb, 12) == 0x1122 && get16(skb, 14) == 0 && get16(skb, 22) == 0x3344);
	CHECK(bpf_skb_adjust_room(skb, -8, BPF_ADJ_ROOM_MAC, 0) == 0);
	CHECK(skb->len == before);
	CHECK(get16(skb, 12) == 0x1122 && get16(skb, 14) == 0x3344);
	CHECK(bpf_skb_adjust_room(skb, 8, BPF_ADJ_ROOM_NET, 0) == 0);
	CHECK(get16(skb, 14) == 0x3344 && get16(skb, 34) == 0 && get16(skb, 42) == 0x5566);
	CHECK(bpf_skb_adjust_room(skb, -8, BPF_ADJ_ROOM_NET, 0) == 0);
	CHECK(get16(skb, 34) == 0x5566);
	CHECK(bpf_skb_adjust_room(skb, 48, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 | BPF_F_ADJ_ROOM_ENCAP_L4_UDP) == 0);
	CHECK(skb->protocol == bpf_htons(0x86dd));
	CHECK(skb->len == before + 48 && get16(skb, 62) == 0x3344);
	CHECK(bpf_skb_adjust_room(skb, 48, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV6) == -114);
	CHECK(bpf_skb_adjust_room(skb, -48, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_DECAP_L3_IPV4) == 0);
	CHECK(skb->protocol == bpf_htons(0x0800));
	CHECK(skb->len == before && get16(skb, 14) == 0x3344);
	return 0;
}

SEC("tc")
int protocol(struct __sk_buff *skb)
{
	u32 before = skb->len;

	put16(skb, 12, 0x0800);
	put16(skb, 34, 0x5566);
	CHECK(bpf_skb_change_proto(skb, bpf_htons(0x86dd), 1) == -EINVAL);
	CHECK(bpf_skb_change_proto(skb, bpf_htons(0x0800), 0) == -ENOTSUPP);
	CHECK(bpf_skb_change_proto(skb, bpf_htons(0x86dd), 0) == 0);
	CHECK(skb->len == before + 20 && skb->protocol == bpf_htons(0x86dd));
	CHECK(get16(skb, 12) == 0x0800 && get16(skb, 54) == 0x5566);
	CHECK(bpf_skb_change_proto(skb, bpf_htons(0x0800), 0) == 0);
	CHECK(skb->len == before && get16(skb, 34) == 0x5566);
	return 0;
}

SEC("tc")
int vlan(struct __sk_buff *skb)
{
	u32 before = skb->len;

	put16(skb, 12, 0x0800);
	put16(skb, 14, 0x4500);
	CHECK(bpf_skb_vlan_pop(skb) == 0);
	CHECK(!skb->vlan_present);
	CHECK(bpf_skb_vlan_push(skb, bpf_htons(0x1234), 5) == 0);
	CHECK(skb->vlan_present && skb->vlan_tci == 5 && skb->vlan_proto == bpf_htons(0x8100));
	CHECK(skb->len == before);
	CHECK(bpf_skb_vlan_push(skb, bpf_htons(0x88a8), 6) == 0);
	CHECK(skb->len == before + 4 && skb->vlan_tci == 6 && skb->vlan_proto == bpf_htons(0x88a8));
	CHECK(skb->protocol == bpf_htons(0x8100));
	CHECK(get16(skb, 12) == 0x8100 && get16(skb, 14) == 5 && get16(skb, 16) == 0x0800 && get16(skb, 18) == 0x4500);
	CHECK(bpf_skb_vlan_pop(skb) == 0);
	CHECK(skb->len == before && skb->vlan_tci == 5 && skb->vlan_proto == bpf_htons(0x8100));
	CHECK(skb->protocol == bpf_htons(0x0800));
	CHECK(bpf_skb_vlan_pop(skb) == 0);
	CHECK(!skb->vlan_present && get16(skb, 12) == 0x0800);
	return 0;
}

SEC("tc")
int congestion(struct __sk_buff *skb)
{
	CHECK(bpf_skb_ecn_set_ce(skb) == 0);
	put16(skb, 14, 0x4501);
	put16(skb, 24, 0x1234);
	CHECK(bpf_skb_ecn_set_ce(skb) == 1);
	CHECK(get16(skb, 14) == 0x4503);
	CHECK(get16(skb, 24) == 0x1232);
	CHECK(bpf_skb_ecn_set_ce(skb) == 1);
	CHECK(get16(skb, 24) == 0x1232);
	put16(skb, 14, 0x4502);
	put16(skb, 24, 0x0000);
	CHECK(bpf_skb_ecn_set_ce(skb) == 1);
	CHECK(get16(skb, 14) == 0x4503);
	CHECK(get16(skb, 24) == 0xfffe);
	return 0;
}

SEC("tc")
int sockets(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk = skb->sk, *full;
	u64 cookie;

	CHECK(!skb->sk || sk);
	CHECK(sk);
	full = bpf_sk_fullsock(sk);
	CHECK(full);
	CHECK(full->state == 7);
	CHECK(full->protocol == 0);
	CHECK(full->rx_queue_mapping == -1);
	CHECK(!bpf_tcp_sock(sk));
	CHECK(!bpf_get_listener_sock(sk));
	cookie = bpf_get_socket_cookie(skb);
	CHECK(cookie && bpf_get_socket_cookie(skb) == cookie);
	CHECK(bpf_get_socket_uid(skb) == 0);
	CHECK(bpf_skb_cgroup_id(skb));
	CHECK(bpf_skb_ancestor_cgroup_id(skb, 0) == 1);
	CHECK(bpf_skb_ancestor_cgroup_id(skb, 20) == 0);
	CHECK(bpf_get_cgroup_classid(skb) == 0);
	CHECK(bpf_get_route_realm(skb) == 0);
	sk = bpf_sk_lookup_udp(skb, &tuple, sizeof(tuple.ipv4), -1, 0);
	if (sk) {
		bpf_sk_release(sk);
		return __LINE__;
	}
	return 0;
}

SEC("tc")
int network(struct __sk_buff *skb)
{
	struct bpf_fib_lookup route = { .family = 2, .ifindex = 1 };
	struct bpf_tunnel_key key;
	u32 hash = bpf_get_hash_recalc(skb);

	CHECK(hash && hash == bpf_get_hash_recalc(skb) && hash == skb->hash);
	bpf_set_hash_invalid(skb);
	CHECK(skb->hash == 0);
	CHECK(bpf_get_hash_recalc(skb) == hash);
	CHECK(bpf_fib_lookup(skb, &route, sizeof(route), 0) == 5);
	CHECK(bpf_fib_lookup(skb, &route, sizeof(route) - 1, 0) == -EINVAL);
	CHECK(bpf_fib_lookup(skb, &route, sizeof(route), 1 << 20) == -EINVAL);
	route.ifindex = 99;
	CHECK(bpf_fib_lookup(skb, &route, sizeof(route), 0) == -19);
	route.family = 10;
	route.ifindex = 1;
	CHECK(bpf_fib_lookup(skb, &route, sizeof(route), 0) == 5);
	route.family = 1;
	CHECK(bpf_fib_lookup(skb, &route, sizeof(route), 0) == -97);
	CHECK(bpf_skb_get_tunnel_key(skb, &key, sizeof(key), 0) == -EINVAL && key.tunnel_id == 0);
	return 0;
}

SEC("tc")
int tunnel(struct __sk_buff *skb)
{
	struct bpf_tunnel_key key = { .tunnel_id = 7, .remote_ipv4 = 0x0a000001, .local_ipv4 = 0x0a000002, .tunnel_ttl = 64 }, got;
	u8 options[8] = {1, 2, 3, 4, 5, 6, 7, 8}, back[12];

	CHECK(bpf_skb_get_tunnel_opt(skb, back, sizeof(back)) == -ENOENT && back[0] == 0);
	CHECK(bpf_skb_set_tunnel_opt(skb, options, 8) == -EINVAL);
	CHECK(bpf_skb_set_tunnel_key(skb, &key, sizeof(key), 1 << 10) == -EINVAL);
	CHECK(bpf_skb_set_tunnel_key(skb, &key, 9, 0) == -EINVAL);
	CHECK(bpf_skb_set_tunnel_key(skb, &key, sizeof(key), BPF_F_ZERO_CSUM_TX) == 0);
	CHECK(bpf_skb_get_tunnel_key(skb, &got, sizeof(got), BPF_F_TUNINFO_IPV6) == -71 && got.tunnel_id == 0);
	CHECK(bpf_skb_get_tunnel_key(skb, &got, sizeof(got), 1 << 10) == -EINVAL);
	CHECK(bpf_skb_get_tunnel_key(skb, &got, sizeof(got), 0) == 0);
	CHECK(got.tunnel_id == 7 && got.tunnel_ttl == 64 && got.remote_ipv4 == 0x0a000002 && got.local_ipv4 == 0x0a000001);
	CHECK(bpf_skb_get_tunnel_opt(skb, back, sizeof(back)) == -ENOENT);
	CHECK(bpf_skb_set_tunnel_opt(skb, options, 7) == -EINVAL);
	CHECK(bpf_skb_set_tunnel_opt(skb, options, 8) == 0);
	CHECK(bpf_skb_get_tunnel_opt(skb, back, 4) == -ENOMEM);
	CHECK(bpf_skb_get_tunnel_opt(skb, back, sizeof(back)) == 8);
	CHECK(back[7] == 8 && back[8] == 0);
	key.tunnel_label = 5;
	CHECK(bpf_skb_set_tunnel_key(skb, &key, sizeof(key), 0) == -EINVAL);
	CHECK(bpf_skb_set_tunnel_key(skb, &key, sizeof(key), BPF_F_TUNINFO_IPV6) == 0);
	CHECK(bpf_skb_get_tunnel_key(skb, &got, sizeof(got), BPF_F_TUNINFO_IPV6) == 0);
	CHECK(got.tunnel_label == 5 && got.remote_ipv6[0] == 0x0a000002);
	return 0;
}

SEC("tc")
int mtu(struct __sk_buff *skb)
{
	u32 mtu = 0;

	CHECK(bpf_check_mtu(skb, 0, &mtu, 0, 2) == -EINVAL);
	CHECK(bpf_check_mtu(skb, 0, &mtu, 1, 1) == -EINVAL);
	CHECK(bpf_check_mtu(skb, 99, &mtu, 0, 0) == -19 && mtu == 0);
	CHECK(bpf_check_mtu(skb, 0, &mtu, 0, 0) == 0 && mtu == 65536);
	CHECK(bpf_check_mtu(skb, 1, &mtu, 0, 0) == 0);
	CHECK(bpf_check_mtu(skb, 1, &mtu, 1, 0) == 1);
	mtu = 0;
	CHECK(bpf_check_mtu(skb, 1, &mtu, 65486, 0) == 0);
	mtu = 0;
	CHECK(bpf_check_mtu(skb, 1, &mtu, 65487, 0) == 1);
	return 0;
}

SEC("xdp")
int xdp_mtu(struct xdp_md *xdp)
{
	u32 mtu = 0;

	CHECK(bpf_check_mtu(xdp, 0, &mtu, 0, 1) == -EINVAL);
	CHECK(bpf_check_mtu(xdp, 0, &mtu, 0, 0) == 0 && mtu == 65536);
	mtu = 0;
	CHECK(bpf_check_mtu(xdp, 0, &mtu, 65487, 0) == 1);
	return 0;
}

struct { __uint(type, BPF_MAP_TYPE_DEVMAP); __uint(max_entries, 4); __type(key, int); __type(value, int); } devices SEC(".maps");

SEC("tc")
int redirects(struct __sk_buff *skb)
{
	struct bpf_redir_neigh neigh = {};

	CHECK(bpf_redirect(1, 2) == 2);
	CHECK(bpf_redirect(1, 1) == 7);
	CHECK(bpf_redirect(1, 0) == 7);
	CHECK(bpf_redirect_peer(1, 0) == 7);
	CHECK(bpf_redirect_peer(1, 1) == 2);
	CHECK(bpf_redirect_neigh(1, NULL, 0, 0) == 7);
	CHECK(bpf_redirect_neigh(1, &neigh, sizeof(neigh) - 1, 0) == 2);
	CHECK(bpf_redirect_neigh(1, &neigh, sizeof(neigh), 1) == 2);
	CHECK(bpf_clone_redirect(skb, 1, 2) == -EINVAL);
	CHECK(bpf_clone_redirect(skb, 0, 0) == -EINVAL);
	CHECK(bpf_clone_redirect(skb, 1, 1) == 0);
	return 0;
}

SEC("xdp")
int xdp_redirects(struct xdp_md *xdp)
{
	CHECK(bpf_redirect(1, 1) == XDP_ABORTED);
	CHECK(bpf_redirect(1, 0) == XDP_REDIRECT);
	CHECK(bpf_redirect_map(&devices, 0, 0) == XDP_ABORTED);
	CHECK(bpf_redirect_map(&devices, 0, XDP_TX) == XDP_TX);
	CHECK(bpf_redirect_map(&devices, 9, XDP_DROP) == XDP_DROP);
	CHECK(bpf_redirect_map(&devices, 0, 4) == XDP_ABORTED);
	CHECK(bpf_redirect_map(&devices, 0, BPF_F_BROADCAST) == XDP_REDIRECT);
	return 0;
}

SEC("tc")
int to_device(struct __sk_buff *skb)
{
	return bpf_redirect(3, BPF_F_INGRESS);
}

SEC("xdp")
int to_map(struct xdp_md *xdp)
{
	return bpf_redirect_map(&devices, 0, BPF_F_BROADCAST);
}
