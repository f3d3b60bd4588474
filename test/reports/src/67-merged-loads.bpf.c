// bcc#5169: two fields of bpf_sock_ops are read as one
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct pair {
	__u32 remote_ip4, local_ip4;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct pair);
	__type(value, int);
} seen SEC(".maps");

SEC("sockops")
int established(struct bpf_sock_ops *ops)
{
	struct pair k;
	int one = 1;

	if (ops->family != 2)
		return 0;
	__builtin_memcpy(&k, &ops->remote_ip4, sizeof(k));
	bpf_map_update_elem(&seen, &k, &one, 0);
	return 0;
}
char _license[] SEC("license") = "GPL";
