// bcc#5361, littlesnitch-linux#6: a bpf_loop() callback appends to a buffer of its context
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct line_of {
	__u32 len;
	char data[64];
};

static long append(__u32 i, void *ctx)
{
	struct line_of *t = ctx;

	t->data[t->len] = '.';
	t->len += 2;
	return 0;
}

SEC("tc")
int dots(struct __sk_buff *skb)
{
	struct line_of t = {};

	bpf_loop(100, append, &t, 0);
	return t.len;
}
char _license[] SEC("license") = "GPL";
