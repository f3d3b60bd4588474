// bpf list, bpf_oom: the operations of a patch set that is not merged
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct bpf_oom_ops {
	int (*handle_out_of_memory)(struct oom_control *oc);
	char name[64];
};

SEC("struct_ops/choose")
int BPF_PROG(choose, struct oom_control *oc)
{
	return 0;
}

SEC(".struct_ops.link")
struct bpf_oom_ops chooser = {
	.handle_out_of_memory = (void *)choose,
	.name = "chooser",
};
char _license[] SEC("license") = "GPL";
