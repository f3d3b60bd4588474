// SPDX-License-Identifier: Apache-2.0
// What ebpf-go (github.com/cilium/ebpf) loads, and libbpf does not, or otherwise. verdicts-6.12.jsonl is what the real kernel says of each program
// as ebpf-go loads it (make.sh).
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define __hidden_fn __attribute__((visibility("hidden"))) __attribute__((noinline))
#define __noinline __attribute__((noinline))
#define tail(MAP, SLOT) __attribute__((btf_decl_tag("tail:" #MAP "/" #SLOT)))

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 4);
	__uint(pinning, 16);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} counts SEC(".maps");

SEC(".rodata.config") const volatile __u32 limit = 7;

/* static, in a section of programs: a program, and what others call */
static __noinline SEC("tc/tail") int shared(struct __sk_buff *skb, int start)
{
	return skb->len + start;
}

/* a program of its own it is not: its second argument is nothing that the kernel gives. Of SCHED_CLS it reads what it has not got */
SEC("tc/tail") tail(calls, 2) int counted(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	if (count)
		*count += 1;
	return shared(skb, 5);
}

static SEC("tc/entry") int entry(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &calls, 2);
	return limit;
}

/* ebpf-go tries prefixes, and loads what is marked as optional */
static SEC("?xdp/of/my/own") int prefixed(struct xdp_md *ctx)
{
	return XDP_PASS;
}

static SEC("xdp_other") int also_prefixed(struct xdp_md *ctx)
{
	return XDP_DROP;
}

static SEC("nothing") int unknown(struct xdp_md *ctx)
{
	return XDP_DROP;
}

/* hidden: libbpf makes it static; here the kernel verifies it by itself, and of *at it knows nothing */
__hidden_fn int reads(__u32 *at)
{
	return *at;
}

SEC("tc") int uses_hidden(struct __sk_buff *skb)
{
	__u32 here = skb->mark;

	return reads(&here);
}

__hidden_fn int asks(__u32 *at)
{
	return at ? *at : 0;
}

SEC("tc") int uses_hidden_with_care(struct __sk_buff *skb)
{
	__u32 here = skb->mark;

	return asks(&here);
}

/* the order of what follows a program: by name, breadth first */
static __noinline int zeta(struct __sk_buff *skb)
{
	return skb->len;
}
static __noinline int beta(struct __sk_buff *skb)
{
	return skb->mark;
}
static __noinline int alpha(struct __sk_buff *skb)
{
	return zeta(skb) + skb->protocol;
}

SEC("tc") int ordered(struct __sk_buff *skb)
{
	return beta(skb) + alpha(skb);
}

/* refused in the last of its functions: the place is told by the number of an instruction */
static __noinline int far(struct __sk_buff *skb)
{
	return *(int *)(long)skb->len;
}
static __noinline int near(struct __sk_buff *skb)
{
	return far(skb) + skb->mark;
}

SEC("tc") int ordered_and_wrong(struct __sk_buff *skb)
{
	return near(skb) + alpha(skb);
}

/* sizes that the Go program is to fill in */
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
} events SEC(".maps");

SEC("tc") int tells(struct __sk_buff *skb)
{
	__u32 mark = skb->mark;

	return bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU, &mark, sizeof(mark));
}

/* no power of two of pages: the kernel is asked for just this */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 5000);
} odd SEC(".maps");

SEC("tc") int to_odd_ring(struct __sk_buff *skb)
{
	__u32 mark = skb->mark;

	return bpf_ringbuf_output(&odd, &mark, sizeof(mark), 0);
}

char _license[] SEC("license") = "GPL";
