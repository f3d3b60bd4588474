// SPDX-License-Identifier: Apache-2.0
// Programs that see a packet from different headers on, and what they change in it.
#include "check.h"

#define REST_OF_IP 20

/* From the network header on: lives one hop less. */
SEC("lwt_xmit")
int from_network(struct __sk_buff *skb)
{
	u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (data + REST_OF_IP > end)
		return BPF_DROP;
	data[8]--;
	data[REST_OF_IP - 1] = 7;
	return BPF_OK;
}

/* From the Ethernet header on: the same. */
SEC("tc")
int from_ethernet(struct __sk_buff *skb)
{
	u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (data + 14 + REST_OF_IP > end)
		return 2;
	data[14 + 8]--;
	data[14 + REST_OF_IP - 1] = 7;
	return 0;
}

/* Changes nothing, from the network header on. */
SEC("cgroup_skb/egress")
int looks(struct __sk_buff *skb)
{
	return skb->protocol == bpf_htons(0x0800);
}

SEC("socket")
int filters(struct __sk_buff *skb)
{
	return skb->len;
}

/* Makes it longer: a header in front of the network header. */
SEC("lwt_xmit")
int encapsulates(struct __sk_buff *skb)
{
	return bpf_skb_change_head(skb, 4, 0) == 0 ? BPF_OK : BPF_DROP;
}

/* What comes back of it is struct bpf_flow_keys. */
SEC("flow_dissector")
int dissects(struct __sk_buff *skb)
{
	skb->flow_keys->thoff = skb->flow_keys->nhoff + REST_OF_IP;
	skb->flow_keys->ip_proto = 6;
	skb->flow_keys->ipv4_src = bpf_htonl(0x0a000001);
	return BPF_OK;
}
