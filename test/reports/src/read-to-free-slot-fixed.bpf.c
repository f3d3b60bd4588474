// StackOverflow, "invalid unbounded variable-offset indirect access to stack R1"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
struct name_slot {
	char name[16];
};
__u64 names;

SEC("tracepoint/syscalls/sys_enter_execve")
int on_exec(struct trace_event_raw_sys_enter *ctx)
{
	struct name_slot slots[4] = {};
	__u64 i = ctx->args[2] >> 4;

	if (i >= ARRAY_SIZE(slots))
		return 0;
	bpf_probe_read_user_str(slots[i].name, sizeof(slots[i].name), (void *)ctx->args[0]);
	if (slots[0].name[0] == 47)
		names++;
	return 0;
}
char _license[] SEC("license") = "GPL";
