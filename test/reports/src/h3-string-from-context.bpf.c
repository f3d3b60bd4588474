// bcc: the name of a tracepoint is printed from where its offset says
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
struct rename_args {
	__u64 common;
	__u32 name;
};

SEC("tracepoint/sched/sched_process_exec")
int exec(struct rename_args *ctx)
{
	char *name = (char *)ctx + (ctx->name & 0xffff);

	return *name == 'b';
}
char _license[] SEC("license") = "GPL";
