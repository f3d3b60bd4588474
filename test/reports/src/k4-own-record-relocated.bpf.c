// cilium#28230: fields of a record of one's own are read with bpf_core_read()
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
struct set_state_args {
	__u64 common;
	const void *skaddr;
	int oldstate, newstate;
	__u16 sport, dport, family;
	__u8 protocol;
	__u8 saddr[4], daddr[4];
};
__u32 from;

SEC("tracepoint/sock/inet_sock_set_state")
int changed(struct set_state_args *args)
{
	__u32 ip = 0;

	if (args->newstate != TCP_SYN_SENT)
		return 0;
	bpf_core_read(&ip, sizeof(ip), &args->saddr);
	from = ip;
	return 0;
}
char _license[] SEC("license") = "GPL";
