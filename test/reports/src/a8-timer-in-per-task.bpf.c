// bpf list: a timer for each task, in its storage
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct tally {
	struct bpf_timer t;
	__u64 runs;
};
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tally);
} tallies SEC(".maps");

static int flush(void *map, int *key, struct tally *t)
{
	t->runs = 0;
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *p)
{
	struct tally *t = bpf_task_storage_get(&tallies, p, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!t)
		return 0;
	bpf_timer_init(&t->t, &tallies, 1);
	bpf_timer_set_callback(&t->t, flush);
	bpf_timer_start(&t->t, 1000000, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
