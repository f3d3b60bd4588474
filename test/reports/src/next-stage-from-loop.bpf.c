// StackOverflow: a tail call from the callback of bpf_loop()
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} stages SEC(".maps");
struct loop_ctx {
	struct __sk_buff *skb;
};

static int try_stage(__u32 i, struct loop_ctx *c)
{
	bpf_tail_call(c->skb, &stages, i);
	return 0;
}

SEC("tc")
int run(struct __sk_buff *skb)
{
	struct loop_ctx c = { .skb = skb };

	bpf_loop(4, try_stage, &c, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
