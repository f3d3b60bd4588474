// SPDX-License-Identifier: Apache-2.0
// Packets of XDP in fragments, since 6.18: pulled into one piece.
#define BPF_NO_KFUNC_PROTOTYPES
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

extern int bpf_xdp_pull_data(struct xdp_md *xdp, __u32 len) __ksym __weak;
extern int bpf_dynptr_from_xdp(struct xdp_md *x, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern int bpf_dynptr_memset(struct bpf_dynptr *ptr, __u64 offset, __u64 size, __u8 value) __ksym __weak;
extern int bpf_dynptr_copy(struct bpf_dynptr *dst, __u64 dst_off, struct bpf_dynptr *src, __u64 src_off, __u64 size) __ksym __weak;

__s64 answers[64];
__u32 at;

static __noinline void answer(__s64 value)
{
	answers[at++ & 63] = value;
}

static __noinline void lengths(struct xdp_md *xdp)
{
	answer(bpf_xdp_get_buff_len(xdp));
	answer(xdp->data_end - xdp->data);
	answer(xdp->data - xdp->data_meta);
}

#define PULL(size) answer(bpf_xdp_pull_data(xdp, size)); lengths(xdp);

SEC("xdp.frags")
int pulls(struct xdp_md *xdp)
{
	at = 0;
	PULL(0) PULL(64) PULL(150) PULL(1000) PULL(3519) PULL(3520) PULL(3521) PULL(3600) PULL(3736) PULL(3737) PULL(4000) PULL(9000) PULL(9001)
	return XDP_PASS;
}

SEC("xdp.frags")
int pulls_at_once(struct xdp_md *xdp)
{
	at = 0;
	PULL(3700)
	answer(bpf_xdp_adjust_head(xdp, -20));
	answer(bpf_xdp_adjust_head(xdp, 20));
	answer(bpf_xdp_adjust_tail(xdp, -1000));
	PULL(3700)
	return XDP_PASS;
}

SEC("xdp.frags")
int sets(struct xdp_md *xdp)
{
	struct bpf_dynptr packet, other;

	at = 0;
	bpf_dynptr_from_xdp(xdp, 0, &packet);
	bpf_dynptr_from_xdp(xdp, 0, &other);
	answer(bpf_dynptr_memset(&packet, 20, 30, 7));
	answer(bpf_dynptr_memset(&packet, 80, 3500, 8));
	answer(bpf_dynptr_memset(&packet, 3700, 1000, 9));
	answer(bpf_dynptr_memset(&packet, 8999, 2, 9));
	answer(bpf_dynptr_copy(&packet, 60, &other, 3400, 300));
	answer(bpf_dynptr_copy(&packet, 3300, &other, 3450, 300));
	answer(bpf_dynptr_copy(&packet, 3450, &other, 4000, 200));
	answer(bpf_dynptr_copy(&packet, 3450, &other, 3300, 300));
	answer(bpf_dynptr_copy(&packet, 8900, &other, 0, 200));
	return XDP_PASS;
}
