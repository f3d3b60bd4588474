// hid-bpf questions, bpf_wq: the work tells how it went
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
extern int bpf_wq_init(struct bpf_wq *wq, void *p__map, unsigned int flags) __ksym;
extern int bpf_wq_set_callback_impl(struct bpf_wq *wq, int (callback_fn)(void *map, int *key, void *value), unsigned int flags, void *aux__ign) __ksym;
extern int bpf_wq_start(struct bpf_wq *wq, unsigned int flags) __ksym;
struct job {
	struct bpf_wq work;
	int n;
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct job);
} jobs SEC(".maps");

static int run(void *map, int *key, void *value)
{
	struct job *j = value;

	return j->n++ > 10 ? -1 : 0;
}

SEC("tc")
int plan(struct __sk_buff *skb)
{
	int key = 0;
	struct job *j = bpf_map_lookup_elem(&jobs, &key);

	if (!j || bpf_wq_init(&j->work, &jobs, 0))
		return 0;
	bpf_wq_set_callback_impl(&j->work, run, 0, 0);
	bpf_wq_start(&j->work, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
