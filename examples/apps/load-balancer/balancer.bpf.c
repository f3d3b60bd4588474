// SPDX-License-Identifier: Apache-2.0
// An XDP load balancer: packets to a service's address go to one of its backends, IP in IP, and come back to the client without us.
//
// A connection keeps its backend: the kernel's connection tracking remembers it (nf_conn's mark), found by bpf_xdp_ct_lookup(). A new one
// is given a backend by a table made for the service (balancer.ts), which moves few connections when backends come and go.
#include <example.h>
#include <bpf/bpf_endian.h>

enum { XDP_DROP = 1, XDP_PASS = 2, XDP_TX = 3 };
enum { ETH_P_IP = 0x0800, IPPROTO_IPIP = 4, IPPROTO_TCP = 6, IPPROTO_UDP = 17 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };
enum { BPF_MAP_TYPE_PERCPU_ARRAY = 6 };
enum { FRAGMENT = 0x3fff, MOST_BACKENDS = 256, TABLE_SIZE = 1021 };

struct ethhdr { u8 h_dest[6], h_source[6]; __be16 h_proto; };
struct iphdr { u8 ihl_version, tos; __be16 tot_len, id, frag_off; u8 ttl, protocol; __sum16 check; __be32 saddr, daddr; };
struct ports { __be16 source, dest; };
struct tcphdr { struct ports ports; __be32 seq, ack_seq; u8 off, flags; __be16 window; __sum16 check; __be16 urg_ptr; };

struct service_key { __be32 addr; __be16 port; u8 protocol, zero; };
struct service { u32 number; };
struct backend { __be32 addr; u8 mac[6]; u8 up, zero; };
struct table_key { u32 service, place; };
struct counters { u64 packets, bytes, connections; };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct service_key);
	__type(value, struct service);
} services SEC(".maps");

/* Number of the backend of each place, TABLE_SIZE of them a service. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64 * TABLE_SIZE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct table_key);
	__type(value, u32);
} tables SEC(".maps");

/* Number 0 is none's: it is the mark of connections that are not ours. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MOST_BACKENDS);
	__type(key, u32);
	__type(value, struct backend);
} backends SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MOST_BACKENDS);
	__type(key, u32);
	__type(value, struct counters);
} counted SEC(".maps");

/* What packets to backends come from. */
volatile const __be32 own_addr;
/* Connections that nobody uses are forgotten, in ms: those that are open, and those that were closed. */
volatile const u32 open_ms = 300000, closed_ms = 10000;

struct flow {
	struct bpf_sock_tuple tuple;
	u8 protocol, flags;
};

/* The service's answer to who goes where; 0: it has no backend. */
static u32 place_of(const struct service *service, const struct flow *flow)
{
	struct table_key key = { .service = service->number };
	u32 hash = flow->tuple.ipv4.saddr * 0x9e3779b1u, *number;

	hash = (hash ^ (hash >> 15) ^ ((u32)flow->tuple.ipv4.sport << 16 | flow->protocol)) * 0x85ebca6bu;
	key.place = (hash ^ (hash >> 13)) % TABLE_SIZE;
	number = bpf_map_lookup_elem(&tables, &key);
	return number ? *number : 0;
}

static bool is_up(u32 number)
{
	struct backend *backend = bpf_map_lookup_elem(&backends, &number);

	return number != 0 && backend && backend->up;
}

static bool is_closed(const struct flow *flow)
{
	return flow->protocol == IPPROTO_TCP && (flow->flags & (FIN | RST));
}

/* Remembers the connection. Where that fails it goes to the same backend as long as the table is the same. */
static void remember(struct xdp_md *ctx, struct flow *flow, struct bpf_ct_opts *opts, u32 number)
{
	struct nf_conn___init *made;
	struct nf_conn *connection;

	made = bpf_xdp_ct_alloc(ctx, &flow->tuple, sizeof(flow->tuple.ipv4), opts, sizeof(*opts));
	if (!made)
		return;
	made->ct.mark = number;
	bpf_ct_set_timeout(made, is_closed(flow) ? closed_ms : open_ms);
	connection = bpf_ct_insert_entry(made);
	if (connection)
		bpf_ct_release(connection);
}

/* The backend that the packet goes to; 0: there is none. */
static u32 backend_of(struct xdp_md *ctx, const struct service *service, struct flow *flow)
{
	struct bpf_ct_opts opts = { .netns_id = -1, .l4proto = flow->protocol };
	struct nf_conn *connection;
	struct counters *counters;
	u32 number = 0, chosen;

	connection = bpf_xdp_ct_lookup(ctx, &flow->tuple, sizeof(flow->tuple.ipv4), &opts, sizeof(opts));
	if (connection) {
		number = connection->mark;
		if (is_up(number)) {
			bpf_ct_change_timeout(connection, is_closed(flow) ? closed_ms : open_ms);
			bpf_ct_release(connection);
			return number;
		}
		/* its backend is gone: it starts anew, elsewhere */
		chosen = place_of(service, flow);
		if (is_up(chosen))
			connection->mark = chosen;
		bpf_ct_release(connection);
		return is_up(chosen) ? chosen : 0;
	}
	chosen = place_of(service, flow);
	if (!is_up(chosen))
		return 0;
	remember(ctx, flow, &opts, chosen);
	counters = bpf_map_lookup_elem(&counted, &chosen);
	if (counters)
		counters->connections++;
	return chosen;
}

static __sum16 header_sum(const struct iphdr *ip)
{
	const u16 *words = (const void *)ip;
	u32 sum = 0;

	for (int i = 0; i < (int)sizeof(*ip) / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

/* IP in IP, to the backend's address. */
static int send(struct xdp_md *ctx, u32 number, u16 length)
{
	struct backend *backend = bpf_map_lookup_elem(&backends, &number);
	struct counters *counters = bpf_map_lookup_elem(&counted, &number);
	struct ethhdr *eth;
	struct iphdr *ip;
	void *end;
	u8 mac[6];

	if (!backend || bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	eth = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	/* the old header lies behind the room that was made: who sent it is who answers */
	__builtin_memcpy(mac, (void *)eth + sizeof(*ip), sizeof(mac));
	__builtin_memcpy(eth->h_dest, backend->mac, sizeof(mac));
	__builtin_memcpy(eth->h_source, mac, sizeof(mac));
	eth->h_proto = bpf_htons(ETH_P_IP);
	*ip = (struct iphdr){
		.ihl_version = 0x45,
		.tot_len = bpf_htons(length + sizeof(*ip)),
		.ttl = 64,
		.protocol = IPPROTO_IPIP,
		.saddr = own_addr,
		.daddr = backend->addr,
	};
	ip->check = header_sum(ip);
	if (counters) {
		counters->packets++;
		counters->bytes += length;
	}
	return XDP_TX;
}

SEC("xdp")
int balance(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	struct service_key key = {};
	struct flow flow = {};
	struct service *service;
	u32 number;
	u16 length;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl_version != 0x45)
		return XDP_PASS;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	/* a later fragment has no ports: who balances fragments sends them anywhere */
	if ((ip->frag_off & bpf_htons(FRAGMENT)) || (void *)(&tcp->ports + 1) > end)
		return XDP_PASS;
	key.addr = ip->daddr;
	key.port = tcp->ports.dest;
	key.protocol = ip->protocol;
	service = bpf_map_lookup_elem(&services, &key);
	if (!service)
		return XDP_PASS;

	flow.protocol = ip->protocol;
	flow.tuple.ipv4.saddr = ip->saddr;
	flow.tuple.ipv4.daddr = ip->daddr;
	flow.tuple.ipv4.sport = tcp->ports.source;
	flow.tuple.ipv4.dport = tcp->ports.dest;
	if (flow.protocol == IPPROTO_TCP) {
		if ((void *)(tcp + 1) > end)
			return XDP_DROP;
		flow.flags = tcp->flags;
	}
	length = bpf_ntohs(ip->tot_len);
	number = backend_of(ctx, service, &flow);
	return number ? send(ctx, number, length) : XDP_DROP;
}
