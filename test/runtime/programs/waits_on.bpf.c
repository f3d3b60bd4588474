// SPDX-License-Identifier: Apache-2.0
// Tail calls of programs that wait, which kernels allow since 7.2; kfuncs as those of waits.bpf.c.
#include "check.h"

extern int page_count(void) __ksym;

int ends(u32 *ctx);
int goes_on(u32 *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 3);
	__uint(key_size, sizeof(u32));
	__array(values, int(u32 *));
} next SEC(".maps") = { .values = { [0] = (void *)&ends, [1] = (void *)&goes_on } };

SEC("syscall")
int ends(u32 *ctx)
{
	char frame[256] = {};

	ctx[1] += page_count();
	__builtin_memset(frame, ctx[1], sizeof(frame));
	asm volatile("" : : "r"(frame) : "memory");
	ctx[2] = frame[255];
	return 7;
}

/* Waits itself, then goes on to the other. */
SEC("syscall")
int goes_on(u32 *ctx)
{
	ctx[1] += page_count();
	bpf_tail_call(ctx, &next, 0);
	return 1;
}

/* Waits for nothing itself. */
SEC("syscall")
int leads(u32 *ctx)
{
	bpf_tail_call(ctx, &next, ctx[0] & 3);
	return 2;
}
