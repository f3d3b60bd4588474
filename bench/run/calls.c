// SPDX-License-Identifier: Apache-2.0
// Kfuncs of several prototypes, each called a thousand times by a program of its name.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef __u32 u32;
typedef __u64 u64;
struct thing { int id; };

extern int five_int(int a, int b, int c, int d, int e) __ksym;
extern u32 five_u32(u32 a, u32 b, u32 c, u32 d, u32 e) __ksym;
extern u32 one_u32(u32 a) __ksym;
extern _Bool two_bool(_Bool a, _Bool b) __ksym;
extern short two_short(short a, unsigned char b) __ksym;
extern int two_u64(u64 a, u64 b) __ksym;
extern int five_u64(u64 a, u64 b, u64 c, u64 d, u64 e) __ksym;
extern u64 to_u64(int a) __ksym;
extern int one_object(struct thing *t, int a) __ksym;
extern int one_sized(void *to, int to__sz) __ksym;
extern struct thing *thing_get(int id) __ksym;
extern void thing_put(struct thing *t) __ksym;

#define CALLS(name, call)				\
	SEC("tc") int name##_calls(struct __sk_buff *skb)	\
	{						\
		int sum = 0;				\
							\
		for (int i = 0; i < 1000; i++)		\
			sum += call;			\
		return sum;				\
	}

CALLS(five_int, five_int(i, i ^ 1, 2, 3, sum))
CALLS(five_u32, five_u32(i, i ^ 1, 2, 3, sum & 0xffff))
CALLS(one_u32, one_u32(i | 1u << 31))
CALLS(two_bool, two_bool(i & 1, i & 2))
CALLS(two_short, two_short(i, i))
CALLS(two_u64, two_u64(i, (u64)i << 32))
CALLS(five_u64, five_u64(i, i ^ 1, 2, 3, (u64)i << 32))
CALLS(to_u64, to_u64(i))

SEC("tc") int one_object_calls(struct __sk_buff *skb)
{
	struct thing *t = thing_get(1);
	int sum = 0;

	if (!t)
		return 0;
	for (int i = 0; i < 1000; i++)
		sum += one_object(t, i);
	thing_put(t);
	return sum;
}

SEC("tc") int one_sized_calls(struct __sk_buff *skb)
{
	char bytes[16] = {};
	int sum = 0;

	for (int i = 0; i < 1000; i++)
		sum += one_sized(bytes, sizeof(bytes));
	return sum;
}

char _license[] SEC("license") = "GPL";
