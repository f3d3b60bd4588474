// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2.5 __str Annotation
#include "example.h"

char value[64];
const char name[] = "user.example";
char writable[] = "user.example";

// ACCEPT: a string literal
SEC("lsm.s/file_open")
int BPF_PROG(str_literal, struct file *file)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_mem(value, sizeof(value), 0, &ptr);
	bpf_get_file_xattr(file, "user.example", &ptr);
	return 0;
}

// ACCEPT: a constant global
SEC("lsm.s/file_open")
int BPF_PROG(str_global, struct file *file)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_mem(value, sizeof(value), 0, &ptr);
	bpf_get_file_xattr(file, name, &ptr);
	return 0;
}

// REJECT (fixed by str_global): the string must be in a read-only map
// kernel 6.12: R2 does not point to a readonly map'
SEC("lsm.s/file_open")
int BPF_PROG(str_writable, struct file *file)
{
	struct bpf_dynptr ptr;

	bpf_dynptr_from_mem(value, sizeof(value), 0, &ptr);
	// rejected: .data may change between check and use
	bpf_get_file_xattr(file, writable, &ptr);
	return 0;
}

// REJECT (fixed by str_literal): a string on the stack is not constant
// kernel 6.12: arg#1 doesn't point to a const string
SEC("lsm.s/file_open")
int BPF_PROG(str_on_stack, struct file *file)
{
	struct bpf_dynptr ptr;
	char local[8] = "user.a";

	bpf_dynptr_from_mem(value, sizeof(value), 0, &ptr);
	// rejected: the stack is no constant
	bpf_get_file_xattr(file, local, &ptr);
	return 0;
}
