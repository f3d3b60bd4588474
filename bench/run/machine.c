// SPDX-License-Identifier: Apache-2.0
// A state machine over text: words, numbers, quoted strings and escapes are told apart and counted, a byte at a time.
#include "workload.h"

#define LENGTH 1024

enum { BETWEEN, WORD, NUMBER, QUOTED, ESCAPED, STATES };

struct data {
	u8 text[LENGTH];
	u32 counts[8];
	u32 made, calls;
};

inline_always u32 step(u32 state, u8 c)
{
	switch (state) {
	case QUOTED:
		return c == '\\' ? ESCAPED : c == '"' ? BETWEEN : QUOTED;
	case ESCAPED:
		return QUOTED;
	case NUMBER:
		if (c >= '0' && c <= '9')
			return NUMBER;
		break;
	case WORD:
		if ((c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9'))
			return WORD;
		break;
	}
	if (c >= 'a' && c <= 'z')
		return WORD;
	if (c >= '0' && c <= '9')
		return NUMBER;
	return c == '"' ? QUOTED : BETWEEN;
}

inline_always u32 work(struct data *d)
{
	u32 state = BETWEEN, sum = 0;

	if (!d->made) {
		u32 random = 7;

		for (u32 i = 0; i < LENGTH; i++) {
			random = next_random(random);
			d->text[i] = (u8)(' ' + ((random >> 16) % 95));
		}
		d->made = 1;
	}
	for (u32 i = 0; i < LENGTH; i++) {
		u32 next = step(state, d->text[i]);

		if (next != state)
			d->counts[next & 7]++;
		state = next;
	}
	for (u32 i = 0; i < STATES; i++)
		sum = sum * 33 + d->counts[i];
	d->text[d->calls++ & (LENGTH - 1)] ^= (u8)(sum & 1);
	return sum;
}

WORKLOAD(machine, struct data)
