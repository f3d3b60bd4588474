// SPDX-License-Identifier: Apache-2.0
// A kfunc of five numbers called a thousand times.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int five(int a, int b, int c, int d, int e) __ksym;

SEC("tc") int calls(struct __sk_buff *skb)
{
	int sum = 0;

	for (int i = 0; i < 1000; i++)
		sum += five(i, i ^ 1, 2, 3, sum);
	return sum;
}

char _license[] SEC("license") = "GPL";
