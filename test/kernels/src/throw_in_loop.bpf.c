// A path that ends by bpf_throw() within a loop that it met no checkpoint in: since 6.17 the kernel takes that for a bug of its own.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
extern void bpf_throw(u64 cookie) __ksym;
__u64 wanted, seen;

/* the first turn throws, before anything is kept of the loop */
SEC("tc")
__attribute__((naked)) int first_turn(void *ctx)
{
	asm volatile("r6 = 0; r0 = 0;"
		"1: if r6 == 100 goto 2f; r1 = 0; call bpf_throw; r6 += 1; goto 1b;"
		"2: exit;" ::: "memory");
}
/* the same, some turns later: states of the loop were kept by then */
SEC("tc")
int later_turn(void *ctx)
{
	for (int i = 0; i < 100; i++) {
		seen += i;
		barrier_var(i);
		if (seen == wanted) bpf_throw(i);
	}
	return 0;
}
/* beside a loop */
SEC("tc")
int beside(void *ctx)
{
	for (int i = 0; i < 100; i++) { seen += i; barrier_var(i); }
	if (seen == wanted) bpf_throw(1);
	return 0;
}
__attribute__((noinline)) static int throws(u64 n)
{
	if (n > 1000) bpf_throw(n);
	return n & 1;
}
/* the throw is in a function that a loop calls */
SEC("tc")
int callee(void *ctx)
{
	u64 n = 0;
	for (int i = 0; i < 100; i++) { n += throws(wanted + i); barrier_var(i); }
	return n & 1;
}
