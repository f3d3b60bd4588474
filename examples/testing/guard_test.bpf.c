// SPDX-License-Identifier: Apache-2.0
// Tests of guard.bpf.c in C, by packets, for `kfuncs test`. The program is the very one, called by tail call. No connection is known.
#include "guard.bpf.c"
#include "suite.h"

struct {
	__uint(type, 3 /* BPF_MAP_TYPE_PROG_ARRAY */);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(u32));
	__array(values, int(void *));
} under_test SEC(".maps") = { .values = { [0] = (void *)&guard } };

#define LENGTH (sizeof(struct ethernet) + sizeof(struct ipv4) + sizeof(struct udp))

/* A datagram to a port. */
static __always_inline int datagram(struct xdp_md *xdp, u16 port)
{
	void *end = (void *)(long)xdp->data_end;
	struct ethernet *eth = (void *)(long)xdp->data;
	struct ipv4 *ip = (void *)(eth + 1);
	struct udp *udp = (void *)(ip + 1);

	if ((void *)(udp + 1) > end)
		return SUITE_ERROR;
	eth->type = bpf_htons(ETH_P_IP);
	ip->version_ihl = 0x45;
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->from = bpf_htonl(0x0a000001);
	udp->to = bpf_htons(port);
	udp->length = bpf_htons(sizeof(*udp));
	return 0;
}

static __always_inline int run(struct xdp_md *xdp)
{
	bpf_tail_call(xdp, &under_test, 0);
	return SUITE_ERROR;
}

/* What the program under test returned; 0: nothing did. */
static __always_inline u32 verdict(struct xdp_md *xdp)
{
	u32 *first = (void *)(long)xdp->data;

	return (void *)(first + 1) > (void *)(long)xdp->data_end ? 0 : *first;
}

PKTGEN("xdp", "blocked")
int blocked_pktgen(struct xdp_md *xdp)
{
	return datagram(xdp, 7);
}
SETUP("xdp", "blocked")
int blocked_setup(struct xdp_md *xdp)
{
	struct tally none = {};
	u16 port = 7;

	bpf_map_update_elem(&blocked, &port, &none, BPF_ANY);
	return run(xdp);
}
CHECK("xdp", "blocked")
int blocked_check(struct xdp_md *xdp)
{
	struct tally *tally;
	u16 port = 7;

	suite_begin();
	case_begin("it is dropped");
	expect_equal("the verdict", verdict(xdp), XDP_DROP);
	case_end();
	case_begin("it is counted");
	tally = bpf_map_lookup_elem(&blocked, &port);
	if (!tally)
		fail_with("port %llu is no longer blocked, of %llu", 7, 1);
	expect_equal("dropped", tally->dropped, 1);
	case_end();
	suite_end();
}

PKTGEN("xdp", "other_port")
int other_port_pktgen(struct xdp_md *xdp)
{
	return datagram(xdp, 53);
}
SETUP("xdp", "other_port")
int other_port_setup(struct xdp_md *xdp)
{
	return run(xdp);
}
CHECK("xdp", "other_port")
int other_port_check(struct xdp_md *xdp)
{
	return verdict(xdp) == XDP_PASS ? SUITE_PASS : SUITE_FAIL;
}
