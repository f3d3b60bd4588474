// the same, where the callback notes what it found, and the tail call is made behind bpf_loop()
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u32);
} handlers SEC(".maps");

struct search { u32 wanted, found; };

static int each_header(u32 i, struct search *search)
{
	if (i == search->wanted)
		search->found = i;
	return 0;
}

SEC("xdp") int parse(struct xdp_md *ctx)
{
	struct search search = { bpf_get_prandom_u32() & 7 };

	bpf_loop(8, each_header, &search, 0);
	bpf_tail_call(ctx, &handlers, search.found);
	return XDP_DROP;
}
char _license[] SEC("license") = "GPL";
