// SPDX-License-Identifier: Apache-2.0
// An XDP program on a packet: parsed, counted, its time to live counted down, its checksum put right, sent back.
#define PACKET 64
#include "workload.h"

struct data {
	u8 packet[PACKET];	/* elsewhere than in the kernel, which has it in its own place */
	u32 ports[256];
	u32 made;
};

inline_always u32 big16(const u8 *p)
{
	return ((u32)p[0] << 8) | p[1];
}

inline_always void swap_addresses(u8 *p, u32 a, u32 b, u32 length)
{
	for (u32 i = 0; i < length; i++) {
		u8 byte = p[a + i];

		p[a + i] = p[b + i];
		p[b + i] = byte;
	}
}

enum { DROPPED = 1, PASSED = 2, SENT = 3 };

inline_always u32 handle(struct data *d, u8 *p, u8 *end)
{
	u32 sum, port;

	if (p + 14 + 20 + 8 > end)
		return DROPPED;
	if (big16(p + 12) != 0x0800 || p[14] != 0x45)
		return PASSED;
	if (p[14 + 9] != 17)
		return PASSED;
	port = big16(p + 14 + 20 + 2);
	d->ports[port & 255]++;
	if (p[14 + 8] <= 1)
		p[14 + 8] = 65;
	p[14 + 8]--;
	sum = big16(p + 14 + 10) + 0x100;
	sum = (sum & 0xffff) + (sum >> 16);
	p[14 + 10] = (u8)(sum >> 8);
	p[14 + 11] = (u8)sum;
	swap_addresses(p, 0, 6, 6);
	swap_addresses(p, 14 + 12, 14 + 16, 4);
	swap_addresses(p, 14 + 20, 14 + 22, 2);
	return SENT;
}

#if defined(__bpf__) && !defined(UBPF)
struct data state;

SEC("xdp") int packets(struct xdp_md *ctx)
{
	return handle(&state, (u8 *)(long)ctx->data, (u8 *)(long)ctx->data_end);
}

char _license[] SEC("license") = "GPL";
#else
inline_always u32 work(struct data *d)
{
	if (!d->made) {
		d->packet[12] = 0x08;
		d->packet[14] = 0x45;
		d->packet[22] = 64;
		d->packet[23] = 17;
		d->packet[35] = 40;
		d->packet[37] = 53;
		d->made = 1;
	}
	return handle(d, d->packet, d->packet + PACKET);
}

WORKLOAD(packets, struct data)
#endif
