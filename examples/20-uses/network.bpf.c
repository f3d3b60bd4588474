// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 4. Core kfuncs
// The shortest correct use of kfuncs for packets, connections and sockets.
#include "example.h"

struct bpf_fou_encap { __be16 sport, dport; };
struct bpf_xfrm_info { u32 if_id; int link; };
struct bpf_sock_addr;
struct bpf_sock_addr_kern { void *uaddr; } __attribute__((preserve_access_index));

struct nf_conn___init *bpf_skb_ct_alloc(struct __sk_buff *ctx, struct bpf_sock_tuple *tuple, u32 tuple_size,
					struct bpf_ct_opts *opts, u32 opts_size) __ksym;
int bpf_ct_set_status(const struct nf_conn___init *ct, u32 status) __ksym;
int bpf_ct_change_status(struct nf_conn *ct, u32 status) __ksym;
int bpf_skb_set_fou_encap(struct __sk_buff *ctx, struct bpf_fou_encap *encap, int type) __ksym;
int bpf_skb_get_fou_encap(struct __sk_buff *ctx, struct bpf_fou_encap *encap) __ksym;
int bpf_skb_set_xfrm_info(struct __sk_buff *ctx, const struct bpf_xfrm_info *from) __ksym;
int bpf_skb_get_xfrm_info(struct __sk_buff *ctx, struct bpf_xfrm_info *to) __ksym;
int bpf_sock_addr_set_sun_path(struct bpf_sock_addr_kern *sa, const u8 *path, u32 size) __ksym;
bool bpf_dynptr_is_rdonly(const struct bpf_dynptr *p) __ksym;

int answer;

// ACCEPT: a known connection lives longer
SEC("tc")
int connection_change(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_ct_opts opts = { .l4proto = 6, .netns_id = -1 };
	struct nf_conn *ct;

	ct = bpf_skb_ct_lookup(skb, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	if (!ct)
		return 0;
	bpf_ct_change_timeout(ct, 1000);
	bpf_ct_change_status(ct, 1 << 1);
	bpf_ct_release(ct);
	return 0;
}

// ACCEPT: a new connection is set up, then inserted
SEC("tc")
int connection_new(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_ct_opts opts = { .l4proto = 6, .netns_id = -1 };
	union nf_inet_addr address = {};
	struct nf_conn___init *fresh;
	struct nf_conn *ct;

	fresh = bpf_skb_ct_alloc(skb, &tuple, sizeof(tuple.ipv4), &opts, sizeof(opts));
	if (!fresh)
		return 0;
	bpf_ct_set_timeout(fresh, 1000);
	bpf_ct_set_status(fresh, 1 << 3);
	bpf_ct_set_nat_info(fresh, &address, 80, NF_NAT_MANIP_SRC);
	ct = bpf_ct_insert_entry(fresh);
	if (ct)
		bpf_ct_release(ct);
	return 0;
}

// ACCEPT: the tunnel of a packet, written and read
SEC("tc")
int tunnel_ports(struct __sk_buff *skb)
{
	struct bpf_fou_encap encap = {};

	bpf_skb_set_fou_encap(skb, &encap, 0);
	return bpf_skb_get_fou_encap(skb, &encap) ? 0 : 0;
}

// ACCEPT: the xfrm interface of a packet, written and read
SEC("tc")
int xfrm_interface(struct __sk_buff *skb)
{
	struct bpf_xfrm_info info = { .if_id = 1 };

	bpf_skb_set_xfrm_info(skb, &info);
	return bpf_skb_get_xfrm_info(skb, &info) ? 0 : 0;
}

// ACCEPT: the path of a unix socket, through the kernel's view of the context
SEC("cgroup/connect_unix")
int unix_path(struct bpf_sock_addr *ctx)
{
	struct bpf_sock_addr_kern *kernel = bpf_cast_to_kern_ctx(ctx);
	u8 path[] = "\0other";

	bpf_sock_addr_set_sun_path(kernel, path, sizeof(path));
	return 1;
}

// ACCEPT: part of a packet as a dynptr, if there is one
SEC("tc")
int packet_part(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_skb(skb, 0, &ptr);
	if (bpf_dynptr_is_null(&ptr) || bpf_dynptr_is_rdonly(&ptr))
		return 0;
	bpf_dynptr_adjust(&ptr, 14, 34);
	answer = bpf_dynptr_size(&ptr);
	return 0;
}
