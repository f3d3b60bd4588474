// StackOverflow, "R3 !read_ok": the callback of bpf_loop() has one parameter more than it is given
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct sum {
	__u64 all;
	__u32 step;
};

static long add(__u32 i, struct sum *s, __u32 *limit)
{
	if (i > *limit)
		return 1;
	s->all += (__u64)i * s->step;
	return 0;
}
__u64 total;

SEC("tracepoint/sched/sched_wakeup_new")
int on_new(void *ctx)
{
	struct sum s = { .step = 3 };

	bpf_loop(100, add, &s, 0);
	total = s.all;
	return 0;
}
char _license[] SEC("license") = "GPL";
