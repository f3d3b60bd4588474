// SPDX-License-Identifier: Apache-2.0
// clang leaves out the name of a naked function's parameter: the kernel refuses such BTF, libbpf loads the program without, and the log has no lines.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

SEC("tc")
__attribute__((naked)) int beyond_context(struct __sk_buff *skb)
{
	asm volatile("r0 = *(u32 *)(r1 + 1000);"
		     "exit;");
}

SEC("tc")
__attribute__((naked)) int within_context(struct __sk_buff *skb)
{
	asm volatile("r0 = *(u32 *)(r1 + 0);"
		     "exit;");
}

char _license[] SEC("license") = "GPL";
