/* SPDX-License-Identifier: Apache-2.0 */
/* One workload, four builds: native, WebAssembly by clang, BPF for uBPF (-DUBPF), BPF for the kernel and for us (neither).
 * It is a function `work` of a state that lies in memory from one call to the next and begins as zeros, and gives 32 bits that
 * follow from all it has done, so that the four can be compared.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define inline_always static inline __attribute__((always_inline))
#define not_inlined __attribute__((noinline))

/* Bytes that nobody could know beforehand; the same everywhere. */
inline_always u32 next_random(u32 x)
{
	return x * 1664525u + 1013904223u;
}

inline_always u32 folded(u64 x)
{
	return (u32)(x ^ (x >> 32));
}

#if defined(__bpf__) && !defined(UBPF)
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define WORKLOAD(name, type)			\
	type state;				\
	SEC("tc") int name(struct __sk_buff *skb) \
	{					\
		return work(&state);		\
	}					\
	char _license[] SEC("license") = "GPL";
#elif defined(__bpf__)
#define WORKLOAD(name, type)			\
	u64 name(type *state)			\
	{					\
		return work(state);		\
	}
#else
#ifdef __wasm__
#define EXPORTED(name) __attribute__((export_name(#name)))
#else
#define EXPORTED(name)
#endif
#define WORKLOAD(name, type)			\
	static type state;			\
	EXPORTED(name) u32 name(void); \
	u32 name(void)				\
	{					\
		return work(&state);		\
	}
#endif
#endif
