// bpf list, lsm_cgroup: an error is returned as other LSM programs return it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u16);
	__type(value, __u8);
} allowed SEC(".maps");

SEC("lsm_cgroup/socket_bind")
int BPF_PROG(on_bind, struct socket *sock, struct sockaddr *address, int addrlen)
{
	__u16 port = 0;

	if (address->sa_family != 2)
		return 1;
	bpf_probe_read_kernel(&port, sizeof(port), &((struct sockaddr_in *)address)->sin_port);
	if (!bpf_map_lookup_elem(&allowed, &port))
		return 0;
	return 1;
}
char _license[] SEC("license") = "GPL";
