// systing#220: the index is checked where the event is filtered, and used in another function
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct latest {
	__u64 seen[4];
	__u64 at[4];
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct latest);
} statistics SEC(".maps");

static __noinline int note(__u32 pid, __s32 member, __s64 pages)
{
	struct latest *l = bpf_map_lookup_elem(&statistics, &pid);
	__u64 now = bpf_ktime_get_ns();

	if (!l)
		return 0;
	if (member > 3)
		return 0;
	l->seen[member] = pages;
	l->at[member] = now;
	return 0;
}

SEC("raw_tp/rss_stat")
int on_rss(struct bpf_raw_tracepoint_args *ctx)
{
	__s32 member = ctx->args[1];

	note(bpf_get_current_pid_tgid() >> 32, member, ctx->args[2]);
	return 0;
}
char _license[] SEC("license") = "GPL";
