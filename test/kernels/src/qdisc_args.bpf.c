// qdiscs (7.3): what is read of enqueue's third argument is a pointer to struct bpf_sk_buff_ptr, from wherever in it, however many bytes
#include "c.h"
struct bpf_sk_buff_ptr { int x; };
extern void bpf_qdisc_skb_drop(struct sk_buff *skb, struct bpf_sk_buff_ptr *to_free) __ksym __weak;

#define ENQUEUE(name, read)						\
	SEC("struct_ops/enqueue") int name(unsigned long long *ctx)	\
	{								\
		struct bpf_sk_buff_ptr *to_free;			\
		struct sk_buff *skb = (void *)ctx[0];			\
									\
		asm volatile(read : "=r"(to_free) : "r"(ctx));		\
		bpf_qdisc_skb_drop(skb, to_free);			\
		return 1;						\
	}
ENQUEUE(whole, "%0 = *(u64 *)(%1 + 16);")
ENQUEUE(behind_its_begin, "%0 = *(u64 *)(%1 + 18);")
ENQUEUE(last_byte_and_beyond, "%0 = *(u64 *)(%1 + 23);")
ENQUEUE(half, "%0 = *(u32 *)(%1 + 16);")
ENQUEUE(byte, "%0 = *(u8 *)(%1 + 21);")
ENQUEUE(before_it, "%0 = *(u64 *)(%1 + 15);")
ENQUEUE(behind_it, "%0 = *(u64 *)(%1 + 24);")
ENQUEUE(other_at_odds, "%0 = *(u64 *)(%1 + 10);")
ENQUEUE(written, "%0 = *(u64 *)(%1 + 16); *(u64 *)(%1 + 16) = %0;")

SEC("struct_ops/dequeue") int no_enqueue(unsigned long long *ctx)
{
	unsigned long long third;

	asm volatile("%0 = *(u64 *)(%1 + 16);" : "=r"(third) : "r"(ctx));
	return third;
}

#define OPS(program) SEC(".struct_ops.link") struct Qdisc_ops ops_##program = { .enqueue = (void *)program, .id = #program };
OPS(whole) OPS(behind_its_begin) OPS(last_byte_and_beyond) OPS(half) OPS(byte) OPS(before_it) OPS(behind_it) OPS(other_at_odds) OPS(written)
SEC(".struct_ops.link") struct Qdisc_ops ops_dequeue = { .dequeue = (void *)no_enqueue, .id = "dequeue" };
