// 7.3, bpf_stream_vprintk(): the text is put together on the stack
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
extern int bpf_stream_vprintk(int stream_id, const char *fmt__str, const void *args, u32 len__sz) __ksym;

SEC("tc")
int say(struct __sk_buff *skb)
{
	char text[] = "%d bytes\n";
	__u64 args[] = { skb->len };

	asm volatile("" :: "r"(text) : "memory");
	bpf_stream_vprintk(1, text, args, sizeof(args));
	return 0;
}
char _license[] SEC("license") = "GPL";
