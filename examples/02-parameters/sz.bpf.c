// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.2.1 __sz Annotation
#include "example.h"

// ACCEPT: the size given is the size of the memory
SEC("lsm.s/file_open")
int BPF_PROG(path_into_buffer, struct file *file)
{
	char buf[64];

	return bpf_path_d_path(&file->f_path, buf, sizeof(buf)) < 0 ? 0 : 0;
}

// REJECT (fixed by path_into_buffer): memory and __sz size are a pair
// kernel 6.12: arg#1 arg#2 memory, len pair leads to invalid memory access
SEC("lsm.s/file_open")
int BPF_PROG(path_beyond_buffer, struct file *file)
{
	char buf[64];

	// rejected: one byte more than the buffer has
	return bpf_path_d_path(&file->f_path, buf, sizeof(buf) + 1) < 0 ? 0 : 0;
}

int wanted;

// ACCEPT: a size only known at run time, but bounded
SEC("lsm.s/file_open")
int BPF_PROG(path_bounded_size, struct file *file)
{
	char buf[64] = {};
	u64 size = wanted;

	if (size > sizeof(buf) || size == 0)
		return 0;
	return bpf_path_d_path(&file->f_path, buf, size) < 0 ? 0 : 0;
}

// REJECT (fixed by path_bounded_size): a size needs an upper bound
// kernel 6.12: arg#1 arg#2 memory, len pair leads to invalid memory access
SEC("lsm.s/file_open")
int BPF_PROG(path_unbounded_size, struct file *file)
{
	char buf[64] = {};
	u64 size = wanted;

	opaque(size);
	// rejected: size may be anything
	return bpf_path_d_path(&file->f_path, buf, size) < 0 ? 0 : 0;
}

// REJECT (fixed by path_into_buffer): a NULL buffer with a size is not allowed without __opt
// kernel 6.12: Possibly NULL pointer passed to trusted arg1
SEC("lsm.s/file_open")
int BPF_PROG(path_into_null, struct file *file)
{
	// rejected: no memory at all
	return bpf_path_d_path(&file->f_path, NULL, 64) < 0 ? 0 : 0;
}
