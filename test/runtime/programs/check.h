/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that check a machine, or a kernel: they return 0, or the line that was not as it is in a kernel. */
#ifndef CHECK_H
#define CHECK_H
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define CHECK(what) do { if (!(what)) return __LINE__; } while (0)

enum { ENOENT = 2, E2BIG = 7, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EFAULT = 14, EBUSY = 16, EEXIST = 17, EINVAL = 22, ERANGE = 34, EDEADLK = 35,
	EOPNOTSUPP = 95, ENOTSUPP = 524 };

char _license[] SEC("license") = "GPL";
#endif
