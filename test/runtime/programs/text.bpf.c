// SPDX-License-Identifier: Apache-2.0
#include "check.h"

extern int bpf_copy_from_user_str(void *to, u32 size, const void *from, u64 flags) __ksym;

char text[16] = "hello", to[16];

SEC("syscall")
int probes(void *ctx)
{
	CHECK(bpf_probe_read_kernel(to, 4, NULL) == -ERANGE && to[0] == 0);
	CHECK(bpf_probe_read_kernel(to, 4, (void *)0xffffffffffff0000) == -EFAULT);
	CHECK(bpf_probe_read_user(to, 4, NULL) == -EFAULT);
	CHECK(bpf_probe_read_kernel_str(to, 4, NULL) == -ERANGE);
	CHECK(bpf_probe_read_kernel_str(to, 16, text) == 6 && to[4] == 'o');
	CHECK(bpf_probe_read_kernel_str(to, 3, text) == 3 && to[1] == 'e' && to[2] == 0);
	return 0;
}

SEC("syscall")
int user(void *ctx)
{
	to[3] = 9;
	CHECK(bpf_copy_from_user_str(to, 16, NULL, 2) == -EINVAL);
	CHECK(bpf_copy_from_user_str(to, 0, NULL, 0) == 0);
	CHECK(bpf_copy_from_user_str(to, 16, (void *)8, 0) == -EFAULT);
	CHECK(to[3] == 9);
	CHECK(bpf_copy_from_user_str(to, 16, (void *)8, 1) == -EFAULT && to[3] == 0);
	CHECK(bpf_copy_from_user(to, 4, (void *)8) == -EFAULT);
	return 0;
}
