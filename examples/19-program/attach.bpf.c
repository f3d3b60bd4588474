// SPDX-License-Identifier: Apache-2.0
// libbpf: Program Types and ELF Sections
// Where a program attaches, and what it returns there.
#include "example.h"

// ACCEPT: security hooks may be answered by a program
SEC("fmod_ret/security_file_open")
int BPF_PROG(answer_hook, struct file *file, int ret)
{
	return ret;
}

// REJECT (fixed by answer_hook): the result of an ordinary function may not be changed
// kernel 6.12: vfs_getattr() is not modifiable
SEC("fmod_ret/vfs_getattr")
int BPF_PROG(answer_function, struct path *path, int ret)
{
	return ret;
}

// ACCEPT: 0 lets it pass, a negative errno refuses it
SEC("lsm/file_open")
int BPF_PROG(refuse_open, struct file *file)
{
	return -1;
}

// REJECT (fixed by refuse_open): 1 means nothing here
// kernel 6.12: At program exit the register R0 has smin=1 smax=1 should have been in [-4095, 0]
SEC("lsm/file_open")
int BPF_PROG(return_one, struct file *file)
{
	// rejected: neither 0 nor an errno
	return 1;
}

static int stop(u32 i, void *ctx)
{
	return i > 5;
}

static int give_two(u32 i, void *ctx)
{
	// rejected: 0 goes on, 1 stops
	return 2;
}

// ACCEPT: a callback of bpf_loop() returns 0 or 1
SEC("tc")
int loop_stops(struct __sk_buff *skb)
{
	bpf_loop(10, stop, NULL, 0);
	return 0;
}

// REJECT (fixed by loop_stops): what else it returns has no meaning
// kernel 6.12: At callback return the register R0 has smin=2 smax=2 should have been in [0, 1]
SEC("tc")
int loop_gives_two(struct __sk_buff *skb)
{
	bpf_loop(10, give_two, NULL, 0);
	return 0;
}
