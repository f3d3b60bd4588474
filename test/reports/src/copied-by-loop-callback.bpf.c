// bpf list, bpf_loop: the callback copies into an array of the caller
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct ctx_of_loop {
	char text[32];
	const char *from;
};
char source[64];
__u64 sum;

static int one(__u32 i, struct ctx_of_loop *c)
{
	c->text[i] = source[i & 63];
	return 0;
}

SEC("tc")
int run(struct __sk_buff *skb)
{
	struct ctx_of_loop c = {};

	bpf_loop(32, one, &c, 0);
	sum += c.text[3];
	return 0;
}
char _license[] SEC("license") = "GPL";
