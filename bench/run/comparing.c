// SPDX-License-Identifier: Apache-2.0
// Strings compared: one path after the other is looked for in a table of 32, as a policy does that knows files by name.
#include "workload.h"

#define PATHS 32
#define LENGTH 64

struct data {
	char paths[PATHS * LENGTH];
	u32 made, calls;
};

/* Most of them begin alike, as paths do. */
inline_always void make_path(char *path, u32 number)
{
	for (u32 i = 0; i < 40; i++)
		path[i] = (char)('a' + (i * 7 + (i > 24 ? number * i : 0)) % 26);
	path[40 + (number & 15)] = '/';
}

inline_always int same(const char *a, const char *b)
{
	for (u32 i = 0; i < LENGTH; i++) {
		if (a[i] != b[i])
			return 0;
		if (!a[i])
			return 1;
	}
	return 1;
}

inline_always u32 work(struct data *d)
{
	u32 wanted = (d->calls * 5) & (PATHS - 1), found = 0;

	if (!d->made) {
		for (u32 i = 0; i < PATHS; i++)
			make_path(&d->paths[i * LENGTH], i);
		d->made = 1;
	}
	for (u32 i = 0; i < PATHS; i++)
		found += same(&d->paths[i * LENGTH], &d->paths[wanted * LENGTH]) ? i + 1 : 0;
	d->calls++;
	return found * 31 + wanted;
}

WORKLOAD(comparing, struct data)
