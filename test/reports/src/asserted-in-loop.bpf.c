// bpf list, exceptions: an assertion in the callback of bpf_loop()
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern void bpf_throw(__u64 cookie) __ksym;
__u32 table[64];

static int check(__u32 i, void *unused)
{
	if (i < 64 && table[i] > 100)
		bpf_throw(i);
	return 0;
}

SEC("tc")
int check_all(struct __sk_buff *skb)
{
	bpf_loop(64, check, (void *)0, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
