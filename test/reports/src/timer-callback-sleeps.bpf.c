// StackOverflow: the callback of a timer copies from user space
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct job {
	struct bpf_timer timer;
	__u64 addr;
	__u64 last;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct job);
} jobs SEC(".maps");

static int fire(void *map, __u32 *key, struct job *j)
{
	bpf_copy_from_user(&j->last, sizeof(j->last), (void *)j->addr);
	return 0;
}

SEC("syscall")
int arm(void *ctx)
{
	__u32 zero = 0;
	struct job *j = bpf_map_lookup_elem(&jobs, &zero);

	if (!j || bpf_timer_init(&j->timer, &jobs, 1))
		return 0;
	bpf_timer_set_callback(&j->timer, fire);
	bpf_timer_start(&j->timer, 1000000, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
