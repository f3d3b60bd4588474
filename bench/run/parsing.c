// SPDX-License-Identifier: Apache-2.0
// Headers of 256 packets in memory: Ethernet, VLAN tags, IPv4 with options or IPv6, TCP or UDP; ports and lengths are counted.
#include "workload.h"

#define PACKETS 256
#define SIZE 128

struct data {
	u8 bytes[PACKETS * SIZE];
	u32 ports[256];
	u32 made, calls;
};

inline_always u32 big16(const u8 *p)
{
	return ((u32)p[0] << 8) | p[1];
}

inline_always void make_packet(u8 *p, u32 random)
{
	u32 at = 12, tags = random & 1, six = (random >> 1) & 1;

	if (tags) {
		p[12] = 0x81;
		p[13] = 0;
		p[15] = (u8)(random >> 8);
		at = 16;
	}
	p[at] = six ? 0x86 : 0x08;
	p[at + 1] = six ? 0xdd : 0x00;
	p[at + 2] = six ? 0x60 : (u8)(0x45 + ((random >> 2) & 3));
	p[at + 2 + (six ? 6 : 9)] = (random >> 4) & 1 ? 6 : 17;
	p[at + 2 + (six ? 40 : 20 + 4 * ((random >> 2) & 3)) + 3] = (u8)(random >> 24);
}

inline_always u32 parse(struct data *d, const u8 *p)
{
	u32 at = 14, type = big16(p + 12), protocol, port;

	if (type == 0x8100) {
		type = big16(p + 16);
		at = 18;
	}
	if (type == 0x0800) {
		u32 length = (p[at] & 15) * 4;

		if (length < 20)
			return 0;
		protocol = p[at + 9];
		at += length;
	} else if (type == 0x86dd) {
		protocol = p[at + 6];
		at += 40;
	} else {
		return 0;
	}
	if (protocol != 6 && protocol != 17)
		return 0;
	if (at > SIZE - 4)
		return 0;
	port = big16(p + at + 2);
	d->ports[port & 255]++;
	return port + protocol + at;
}

inline_always u32 work(struct data *d)
{
	u32 sum = d->calls;

	if (!d->made) {
		u32 random = 1;

		for (u32 i = 0; i < PACKETS; i++) {
			random = next_random(random);
			make_packet(&d->bytes[i * SIZE], random >> 3);
		}
		d->made = 1;
	}
	for (u32 i = 0; i < PACKETS; i++)
		sum = sum * 31 + parse(d, &d->bytes[i * SIZE]);
	d->calls++;
	return sum;
}

WORKLOAD(parsing, struct data)
