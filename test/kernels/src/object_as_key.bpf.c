// Bytes of a kernel object as memory of a helper: only where the helper says that it does no more than read them, which it does not say of keys.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, char[16]);
	__type(value, char[16]);
} times SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} rb SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 256);
	__type(value, char[16]);
} seen SEC(".maps");
const char nobody[16];

SEC("tp_btf/sched_wakeup")
int BPF_PROG(as_key, struct task_struct *p)
{
	return bpf_map_lookup_elem(&times, p->comm) != NULL;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(as_deleted_key, struct task_struct *p)
{
	return bpf_map_delete_elem(&times, p->comm);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(as_updated_key, struct task_struct *p)
{
	return bpf_map_update_elem(&times, p->comm, nobody, 0);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(as_value, struct task_struct *p)
{
	return bpf_map_update_elem(&times, nobody, p->comm, 0);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(as_pushed, struct task_struct *p)
{
	return bpf_map_push_elem(&seen, p->comm, 0);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(as_output, struct task_struct *p)
{
	return bpf_ringbuf_output(&rb, p->comm, 16, 0);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(as_copy, struct task_struct *p)
{
	char comm[16];

	__builtin_memcpy(comm, p->comm, 16);
	return bpf_map_lookup_elem(&times, comm) != NULL;
}
char _license[] SEC("license") = "GPL";
