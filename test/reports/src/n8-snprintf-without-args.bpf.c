// bpftrace#…, libbpf discussions: a format with more conversions than arguments
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char out[64];

SEC("tc")
int print(struct __sk_buff *skb)
{
	static const char fmt[] = "%d of %d";
	__u64 args[1] = { skb->len };

	bpf_snprintf(out, sizeof(out), fmt, args, sizeof(args));
	return 0;
}
char _license[] SEC("license") = "GPL";
