// bcc's biosnoop and others, after Linux 5.12: the disk of a bio
#define bio bio___mine
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#undef bio
struct bio {
	struct gendisk *bi_disk;
} __attribute__((preserve_access_index));
int major_seen;

SEC("fentry/submit_bio")
int BPF_PROG(on_submit, struct bio *bio)
{
	major_seen = BPF_CORE_READ(bio, bi_disk, major);
	return 0;
}
char _license[] SEC("license") = "GPL";
