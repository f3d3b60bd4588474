// libbpf questions: CONFIG_HZ is asked for as a bool
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern bool CONFIG_HZ __kconfig;
__u64 hz;

SEC("tc")
int note(struct __sk_buff *skb)
{
	hz = CONFIG_HZ;
	return 0;
}
char _license[] SEC("license") = "GPL";
