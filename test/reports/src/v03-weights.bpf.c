// StackOverflow and scx questions: how many elements there are stands beside the array
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;

struct config {
	__u32 n;
	__u32 weight[16];
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct config);
} configs SEC(".maps");
__u64 total;

static __u64 sum(const struct config *cfg)
{
	__u64 all = 0;
	int i;

	bpf_for(i, 0, cfg->n)
		all += cfg->weight[i];
	return all;
}

SEC("xdp")
int weigh(struct xdp_md *ctx)
{
	__u32 key = 0;
	struct config *cfg = bpf_map_lookup_elem(&configs, &key);

	if (!cfg)
		return XDP_PASS;
	total += sum(cfg);
	return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
