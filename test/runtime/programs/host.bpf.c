// SPDX-License-Identifier: Apache-2.0
// Calls the kfuncs of test/runtime/host-module.ts.
#include "check.h"

struct bpf_iter_word { u64 opaque[2]; };

extern u64 *blob_get(int of, const int rdonly_buf_size) __ksym;
extern u64 *blob_edit(int of, const int rdwr_buf_size) __ksym;
extern int bpf_iter_word_new(struct bpf_iter_word *it, int words) __ksym;
extern u64 *bpf_iter_word_next(struct bpf_iter_word *it) __ksym;
extern void bpf_iter_word_destroy(struct bpf_iter_word *it) __ksym;

SEC("syscall")
int shorter_than_promised(void *ctx)
{
	u64 *blob = blob_get(3, 64);

	CHECK(blob);
	CHECK(blob[0] == 0x030303);
	for (int i = 1; i < 8; i++)
		CHECK(blob[i] == 0);
	return 0;
}

SEC("syscall")
int written(void *ctx)
{
	u64 *one = blob_edit(8, 32), *other;

	CHECK(one);
	one[0] = 1;
	one[3] = 7;
	other = blob_edit(8, 32);
	CHECK(other);
	CHECK(other[0] == 0x0808080808080808 && other[3] == 0);
	CHECK(one[3] == 7);
	return 0;
}

SEC("syscall")
int words_that_grow(void *ctx)
{
	struct bpf_iter_word it;
	u64 *first, *second, *third;
	int line = 0;

	bpf_iter_word_new(&it, 3);
	first = bpf_iter_word_next(&it);
	if (first) {
		second = bpf_iter_word_next(&it);
		if (second) {
			third = bpf_iter_word_next(&it);
			if (!third || *third != 0x03)
				line = __LINE__;
			/* what was there before may still be read */
			if (*first == 0x6b6b6b6b6b6b6b6b)
				line = __LINE__;
		} else {
			line = __LINE__;
		}
	} else {
		line = __LINE__;
	}
	bpf_iter_word_destroy(&it);
	return line;
}
