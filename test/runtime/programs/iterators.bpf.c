// SPDX-License-Identifier: Apache-2.0
#include "check.h"

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
extern int bpf_iter_bits_new(struct bpf_iter_bits *it, const u64 *words, u32 count) __ksym;
extern int *bpf_iter_bits_next(struct bpf_iter_bits *it) __ksym;
extern void bpf_iter_bits_destroy(struct bpf_iter_bits *it) __ksym;

/* in memory: what the verifier knows of a loop's variables would never be the same twice */
int n, s;

/* what `new` answers, and the sum of what `next` does */
#define NUMBERS(start, end, answer, count, sum) do { \
	struct bpf_iter_num it; \
	int *next, got; n = s = 0; got = bpf_iter_num_new(&it, start, end); \
	while ((next = bpf_iter_num_next(&it))) { n++; s += *next; } \
	bpf_iter_num_destroy(&it); \
	CHECK(got == (answer)); CHECK(n == (count)); CHECK(s == (sum)); \
} while (0)

SEC("syscall")
int numbers(void *ctx)
{
	NUMBERS(3, 7, 0, 4, 18);
	NUMBERS(-2, 1, 0, 3, -3);
	NUMBERS(5, 5, 0, 0, 0);
	NUMBERS(6, 5, -EINVAL, 0, 0);
	NUMBERS(0, (8 << 20) + 1, -E2BIG, 0, 0);
	NUMBERS(0x7ffffffe, 0x7fffffff, 0, 1, 0x7ffffffe);
	NUMBERS(-0x7fffffff - 1, -0x7fffffff, 0, 1, -0x7fffffff - 1);
	return 0;
}

u64 words[512];

#define BITS(of, size, answer, count, sum) do { \
	struct bpf_iter_bits it; \
	int *next, got; n = s = 0; got = bpf_iter_bits_new(&it, of, size); \
	while ((next = bpf_iter_bits_next(&it))) { n++; s += *next; } \
	bpf_iter_bits_destroy(&it); \
	CHECK(got == (answer)); CHECK(n == (count)); CHECK(s == (sum)); \
} while (0)

SEC("syscall")
int bits(void *ctx)
{
	u64 word = 0x8000000000000101;

	words[0] = 1; words[1] = 2; words[510] = 1ull << 63;
	BITS(&word, 1, 0, 3, 71);
	BITS(words, 1, 0, 1, 0);
	BITS(words, 2, 0, 2, 65);
	BITS(words, 511, 0, 3, 65 + 510 * 64 + 63);
	BITS(words, 512, -E2BIG, 0, 0);
	BITS(words, 0, -EINVAL, 0, 0);
	BITS(NULL, 1, -EINVAL, 0, 0);
	BITS((u64 *)8, 1, -EFAULT, 0, 0);
	return 0;
}
