// opentelemetry-ebpf-instrumentation#1649: the field is there, and of another kind than the program has it
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
struct wait_place {
	int x;
} __attribute__((preserve_access_index));
struct task_struct___mine {
	struct wait_place on_cpu;
} __attribute__((preserve_access_index));
__u64 on;

SEC("tp_btf/sched_wakeup")
int BPF_PROG(note, struct task_struct *p)
{
	struct task_struct___mine *mine = (void *)p;

	on += BPF_CORE_READ(mine, on_cpu.x);
	return 0;
}
char _license[] SEC("license") = "GPL";
