// SO_REUSEPORT questions: the first bytes of the datagram choose the socket
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} socks SEC(".maps");

SEC("sk_reuseport")
int choose(struct sk_reuseport_md *reuse)
{
	__u8 *data = reuse->data;
	__u32 slot = data[8] & 3;

	bpf_sk_select_reuseport(reuse, &socks, &slot, 0);
	return SK_PASS;
}
char _license[] SEC("license") = "GPL";
