// memleak and node agents, after Linux 6.2: how many pages a process has
#define mm_struct mm_struct___mine
#define mm_rss_stat mm_rss_stat___mine
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#undef mm_struct
#undef mm_rss_stat
struct mm_rss_stat {
	atomic_long_t count[4];
} __attribute__((preserve_access_index));
struct mm_struct {
	struct mm_rss_stat rss_stat;
} __attribute__((preserve_access_index));
long pages;

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *p)
{
	struct mm_struct *mm = (void *)p->mm;

	if (mm)
		pages = BPF_CORE_READ(mm, rss_stat.count[1].counter);
	return 0;
}
char _license[] SEC("license") = "GPL";
