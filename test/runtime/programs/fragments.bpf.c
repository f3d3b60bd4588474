// SPDX-License-Identifier: Apache-2.0
// Packets of XDP in fragments: what helpers and dynptrs answer of them. fragments.json has what real kernels say.
#define BPF_NO_KFUNC_PROTOTYPES
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "GPL";

extern int bpf_dynptr_from_xdp(struct xdp_md *x, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern __u64 bpf_dynptr_size(const struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *ptr, __u64 offset, void *buffer__opt, __u64 buffer__szk) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *ptr, __u64 offset, void *buffer__opt,
				   __u64 buffer__szk) __ksym;

__s64 answers[64];
static __u8 bytes[512];
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

/* Of some bytes, in which their order counts. */
static __noinline __s64 sum(void)
{
	__s64 all = 0;

	for (int i = 0; i < 20; i++)
		all = (all * 31 + bytes[i]) & 0xffffff;
	return all;
}

/* Where packets of the inputs are cut, among other places. */
#define PLACES(do) do(0) do(14) do(90) do(1024) do(3500) do(3510) do(3520) do(3776) do(4096) do(4190) do(7600) do(8990) do(65530) do(70000)

SEC("xdp.frags")
int loads(struct xdp_md *xdp)
{
	at = 0;
	lengths(xdp);
#define LOAD(offset) answer(bpf_xdp_load_bytes(xdp, offset, bytes, 20)); answer(sum());
	PLACES(LOAD)
	answer(bpf_xdp_load_bytes(xdp, 3400, bytes, 512));
	answer(bytes[0] | bytes[100] << 8 | bytes[200] << 16 | bytes[511] << 24);
	return XDP_PASS;
}

SEC("xdp.frags")
int stores(struct xdp_md *xdp)
{
	at = 0;
	for (int i = 0; i < 512; i++)
		bytes[i] = i + 1;
#define STORE(offset) answer(bpf_xdp_store_bytes(xdp, offset, bytes, 20));
	PLACES(STORE)
	answer(bpf_xdp_store_bytes(xdp, 3400, bytes, 512));
	lengths(xdp);
	return XDP_TX;
}

#define TAIL(by) answer(bpf_xdp_adjust_tail(xdp, by)); lengths(xdp);

SEC("xdp.frags")
int shrinks(struct xdp_md *xdp)
{
	at = 0;
	TAIL(-1) TAIL(-100) TAIL(-2000) TAIL(-4096) TAIL(-1000) TAIL(-100000) TAIL(-60) TAIL(20) TAIL(600) TAIL(-700) TAIL(0)
	return XDP_PASS;
}

SEC("xdp.frags")
int grows(struct xdp_md *xdp)
{
	at = 0;
	TAIL(1) TAIL(100) TAIL(600) TAIL(2000) TAIL(4096) TAIL(300) TAIL(200) TAIL(-5000) TAIL(3000)
	return XDP_PASS;
}

SEC("xdp.frags")
int heads(struct xdp_md *xdp)
{
	at = 0;
#define HEAD(by) answer(bpf_xdp_adjust_head(xdp, by)); lengths(xdp);
#define META(by) answer(bpf_xdp_adjust_meta(xdp, by)); lengths(xdp);
	HEAD(-20) HEAD(-200) META(-8) HEAD(40) META(8) HEAD(-190) META(-32) HEAD(60) HEAD(4000) HEAD(80)
	return XDP_PASS;
}

SEC("xdp.frags")
int dynptrs(struct xdp_md *xdp)
{
	struct bpf_dynptr packet;
	__u8 *slice;

	at = 0;
	answer(bpf_dynptr_from_xdp(xdp, 0, &packet));
	answer((__u32)bpf_dynptr_size(&packet));
#define SLICE(offset) slice = bpf_dynptr_slice(&packet, offset, bytes, 20); answer(slice ? (slice == bytes) | slice[0] << 8 | slice[19] << 16 : -1);
	PLACES(SLICE)
#define READ(offset) answer(bpf_dynptr_read(bytes, 20, &packet, offset, 0)); answer(sum());
	PLACES(READ)
	return XDP_PASS;
}

SEC("xdp.frags")
int dynptr_writes(struct xdp_md *xdp)
{
	struct bpf_dynptr packet;
	__u8 *slice;

	at = 0;
	for (int i = 0; i < 512; i++)
		bytes[i] = i + 1;
	answer(bpf_dynptr_from_xdp(xdp, 0, &packet));
#define WRITE(offset) answer(bpf_dynptr_write(&packet, offset, bytes, 20, 0)); answer(bpf_dynptr_write(&packet, offset, bytes, 20, 1));
	PLACES(WRITE)
#define RDWR(offset) slice = bpf_dynptr_slice_rdwr(&packet, offset, bytes + 64, 20); answer(slice ? slice == bytes + 64 : -1); if (slice) slice[3] = 0xee;
	PLACES(RDWR)
	return XDP_DROP;
}

/* It does not say that it takes fragments. */
SEC("xdp")
int plain(struct xdp_md *xdp)
{
	at = 0;
	lengths(xdp);
	TAIL(-10) TAIL(10) TAIL(10)
	answer(bpf_xdp_load_bytes(xdp, 3510, bytes, 20));
	return XDP_PASS;
}
