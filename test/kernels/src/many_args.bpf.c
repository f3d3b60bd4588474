// SPDX-License-Identifier: Apache-2.0
// Functions with more than five parameters, as the compiler leaves them whose last ones nobody uses: since 7.2 their types count.
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

static __noinline int six(int a, int b, int c, int d, int e, int unused)
{
	asm volatile("" : "+r"(a));
	return a + b + c + d + e;
}

static __noinline int five(int a, int b, int c, int d, int e)
{
	asm volatile("" : "+r"(a));
	return a + b + c + d + e;
}

static __noinline int thirteen(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m)
{
	asm volatile("" : "+r"(a));
	return a + b;
}

SEC("socket")
int calls_five(struct __sk_buff *skb)
{
	return five(skb->len, 1, 2, 3, skb->mark);
}

SEC("socket")
int calls_six(struct __sk_buff *skb)
{
	return six(skb->len, 1, 2, 3, skb->mark, 7);
}

SEC("socket")
int calls_thirteen(struct __sk_buff *skb)
{
	return thirteen(skb->len, skb->mark, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
}

// what came through r11 is read where nothing came
SEC("socket")
__attribute__((naked)) int reads_r11(void)
{
	asm volatile(".byte 0x79, 0xb0, 8, 0, 0, 0, 0, 0;"
		     "r0 = 0;"
		     "exit;");
}

SEC("socket")
__attribute__((naked)) int writes_r11(void)
{
	asm volatile(".byte 0x7a, 0x0b, 0xf8, 0xff, 6, 0, 0, 0;"
		     "r0 = 0;"
		     "exit;");
}

SEC("socket")
__attribute__((naked)) int writes_half_of_r11(void)
{
	asm volatile(".byte 0x62, 0x0b, 0xf8, 0xff, 6, 0, 0, 0;"
		     "r0 = 0;"
		     "exit;");
}

char _license[] SEC("license") = "GPL";
