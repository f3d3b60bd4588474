// StackOverflow: an LRU hash that takes no memory ahead
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

SEC("tc")
int note(struct __sk_buff *skb)
{
	__u32 hash = skb->hash;
	__u64 one = 1;

	bpf_map_update_elem(&seen, &hash, &one, BPF_ANY);
	return 0;
}
char _license[] SEC("license") = "GPL";
