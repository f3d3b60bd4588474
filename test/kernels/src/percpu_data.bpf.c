// SPDX-License-Identifier: Apache-2.0
// Variables in SEC(".percpu") are one value of a per-CPU array, whose address later kernels take; it is no constant.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

int counter SEC(".percpu") = -1;
char text[8] SEC(".percpu") = "text";

SEC("raw_tp")
int counts(void *ctx)
{
	counter++;
	return 0;
}

SEC("raw_tp")
int beyond(void *ctx)
{
	int *first = &counter;

	asm volatile("" : "+r"(first));
	return first[4];
}

SEC("raw_tp")
int no_string(void *ctx)
{
	char line[8] = "line";

	return bpf_strncmp(line, sizeof(line), text);
}
