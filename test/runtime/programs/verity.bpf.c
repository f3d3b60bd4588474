// SPDX-License-Identifier: Apache-2.0
// Digests of files that fs-verity protects: a hook answers -LINE where one is not as the test made it.
#define BPF_NO_KFUNC_PROTOTYPES
#include "check.h"
#include <bpf/bpf_tracing.h>

#undef CHECK
#define CHECK(what) do { if (!(what)) return -__LINE__; } while (0)

enum { ENODATA = 61, EOVERFLOW = 75 };

extern int bpf_get_fsverity_digest(struct file *file, struct bpf_dynptr *digest_p) __ksym;

static char room[64] __attribute__((aligned(8)));

static __always_inline int digest(struct file *file, u32 from, u32 size)
{
	struct bpf_dynptr to;

	if (bpf_dynptr_from_mem(room + from, size, 0, &to))
		return 1;
	return bpf_get_fsverity_digest(file, &to);
}

SEC("lsm.s/file_open")
int BPF_PROG(protected, struct file *file)
{
	CHECK(digest(file, 0, 3) == -EINVAL);
	CHECK(digest(file, 1, 40) == -EINVAL);
	CHECK(digest(file, 0, 4 + 31) == -EOVERFLOW);
	for (int i = 0; i < sizeof(room); i++)
		room[i] = 0x55;
	CHECK(digest(file, 0, 4 + 33) == 0);
	CHECK(room[0] == 1 && !room[1] && room[2] == 32 && !room[3]);
	CHECK(room[4] == 7 && room[35] == 7 && !room[36] && room[37] == 0x55);
	return 0;
}

SEC("lsm.s/file_open")
int BPF_PROG(unprotected, struct file *file)
{
	CHECK(digest(file, 0, 3) == -EINVAL);
	CHECK(digest(file, 0, 4) == -ENODATA);
	return 0;
}
