// "cannot tail call within callback": the next program is chosen in a loop over the headers
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u32);
} handlers SEC(".maps");

struct search { struct xdp_md *ctx; u32 wanted; };

static int each_header(u32 i, struct search *search)
{
	if (i == search->wanted)
		bpf_tail_call(search->ctx, &handlers, i);
	return 0;
}

SEC("xdp") int parse(struct xdp_md *ctx)
{
	struct search search = { ctx, bpf_get_prandom_u32() & 7 };

	bpf_loop(8, each_header, &search, 0);
	return XDP_DROP;
}
char _license[] SEC("license") = "GPL";
