// StackOverflow: a map is made from within
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
SEC("tc")
int make(struct __sk_buff *skb)
{
	union bpf_attr attr = {};

	attr.map_type = BPF_MAP_TYPE_ARRAY;
	return bpf_sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr)) & 0;
}
char _license[] SEC("license") = "GPL";
