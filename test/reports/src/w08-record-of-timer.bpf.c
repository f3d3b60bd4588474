// bcc and libbpf-tools, timers: the callback of a timer reserves a record and returns without it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct event {
	__u32 pid, count;
};
struct tally {
	struct bpf_timer t;
	__u32 pid, count;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, struct tally);
} states SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

static int flush(void *map, __u32 *pid, struct tally *s)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = *pid;
	if (s->count == 0)
		return 0;
	e->count = s->count;
	s->count = 0;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("fentry/do_unlinkat")
int BPF_PROG(on_unlink)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	struct tally *s = bpf_map_lookup_elem(&states, &pid);

	if (!s)
		return 0;
	s->count++;
	bpf_timer_init(&s->t, &states, 1);
	bpf_timer_set_callback(&s->t, flush);
	bpf_timer_start(&s->t, 1000000000, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
