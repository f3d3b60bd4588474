// systing#220: an index checked at the head is used after two calls
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#define KINDS 6
struct member_stat {
	__u64 first[KINDS];
	__u64 seen[KINDS];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct member_stat);
} stats SEC(".maps");
struct member_stat fresh;

SEC("raw_tp/rss_stat")
int on_stat(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	int member = ctx->args[1];
	struct member_stat *st;

	if (member >= KINDS)
		return 0;
	bpf_map_update_elem(&stats, &pid, &fresh, BPF_NOEXIST);
	st = bpf_map_lookup_elem(&stats, &pid);
	if (!st)
		return 0;
	st->seen[member]++;
	return 0;
}
char _license[] SEC("license") = "GPL";
