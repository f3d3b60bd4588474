// SPDX-License-Identifier: Apache-2.0
// As other loaders have them: maps in SEC("maps"), sections that libbpf does not know, a variable named as every JavaScript object's member.
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

struct map_def {
	__u32 type, key_size, value_size, max_entries, map_flags;
};

struct map_def limits SEC("maps") = { BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0 };
struct map_def jobs SEC("maps") = { BPF_MAP_TYPE_QUEUE, 0, 4, 4, 0 };
struct map_def records SEC("maps") = { BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0 };

__u32 constructor = 1;

/* The limit, the first job, and the variable. */
SEC("packet_filter")
__attribute__((btf_decl_tag("comment:test_success"))) __attribute__((btf_decl_tag("comment:test_retval=1")))
int filter(struct xdp_md *ctx)
{
	__u32 key = 0, job = 0;
	__u32 *limit = bpf_map_lookup_elem(&limits, &key);

	if (!limit)
		return -1;
	bpf_map_pop_elem(&jobs, &job);
	bpf_ringbuf_output(&records, &job, sizeof(job), 0);
	return *limit + job + constructor + ctx->rx_queue_index;
}
