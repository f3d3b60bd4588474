// bpftrace#3024: an element of a table of pointers that a field points to
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
__u32 flags;

SEC("fentry/__module_get")
int BPF_PROG(on_get, struct module *module)
{
	if (module->num_trace_events)
		flags = module->trace_events[0]->flags;
	return 0;
}
char _license[] SEC("license") = "GPL";
