// SPDX-License-Identifier: Apache-2.0
#include "check.h"

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, u64 flags, struct bpf_dynptr *ptr) __ksym;
extern int bpf_dynptr_from_xdp(struct xdp_md *xdp, u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *p, u32 offset, void *buffer, u32 size) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *p, u32 offset, void *buffer, u32 size) __ksym;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *p, u32 start, u32 end) __ksym;
extern bool bpf_dynptr_is_null(const struct bpf_dynptr *p) __ksym;
extern bool bpf_dynptr_is_rdonly(const struct bpf_dynptr *p) __ksym;
extern u32 bpf_dynptr_size(const struct bpf_dynptr *p) __ksym;
extern int bpf_dynptr_clone(const struct bpf_dynptr *p, struct bpf_dynptr *clone) __ksym;

u8 memory[32];

SEC("syscall")
int of_memory(void *ctx)
{
	struct bpf_dynptr ptr, clone;
	u64 word = 0x1122334455667788;
	u8 *at;

	CHECK(bpf_dynptr_from_mem(memory, sizeof(memory), 0, &ptr) == 0);
	CHECK(!bpf_dynptr_is_null(&ptr));
	CHECK(!bpf_dynptr_is_rdonly(&ptr));
	CHECK(bpf_dynptr_size(&ptr) == 32);
	CHECK(bpf_dynptr_write(&ptr, 24, &word, 8, 0) == 0);
	CHECK(bpf_dynptr_write(&ptr, 25, &word, 8, 0) == -E2BIG);
	CHECK(bpf_dynptr_write(&ptr, 0, &word, 8, 1) == -EINVAL);
	word = 0;
	CHECK(bpf_dynptr_read(&word, 8, &ptr, 24, 0) == 0 && word == 0x1122334455667788);
	CHECK(bpf_dynptr_read(&word, 8, &ptr, 0xffffffff, 0) == -E2BIG);
	CHECK(bpf_dynptr_read(&word, 8, &ptr, 0, 1) == -EINVAL);
	CHECK(word == 0x1122334455667788);
	at = bpf_dynptr_data(&ptr, 31, 1);
	CHECK(at && *at == 0x11);
	CHECK(!bpf_dynptr_data(&ptr, 32, 1));
	CHECK(bpf_dynptr_adjust(&ptr, 3, 2) == -EINVAL);
	CHECK(bpf_dynptr_adjust(&ptr, 3, 33) == -ERANGE);
	CHECK(bpf_dynptr_size(&ptr) == 32);
	CHECK(bpf_dynptr_clone(&ptr, &clone) == 0);
	CHECK(bpf_dynptr_adjust(&ptr, 30, 31) == 0);
	CHECK(bpf_dynptr_size(&ptr) == 1);
	CHECK(bpf_dynptr_size(&clone) == 32);
	at = bpf_dynptr_slice(&ptr, 0, NULL, 1);
	CHECK(at && *at == 0x22);
	CHECK(!bpf_dynptr_slice(&ptr, 1, NULL, 1));
	return 0;
}

SEC("syscall")
int of_nothing(void *ctx)
{
	struct bpf_dynptr ptr, clone;
	u8 byte = 9;

	CHECK(bpf_dynptr_from_mem(memory, sizeof(memory), 1, &ptr) == -EINVAL);
	CHECK(bpf_dynptr_is_null(&ptr));
	CHECK(!bpf_dynptr_is_rdonly(&ptr));
	CHECK(bpf_dynptr_size(&ptr) == -EINVAL);
	CHECK(bpf_dynptr_read(&byte, 1, &ptr, 0, 0) == -EINVAL && byte == 9);
	CHECK(bpf_dynptr_write(&ptr, 0, &byte, 1, 0) == -EINVAL);
	CHECK(!bpf_dynptr_data(&ptr, 0, 1));
	CHECK(!bpf_dynptr_slice(&ptr, 0, NULL, 1));
	CHECK(bpf_dynptr_adjust(&ptr, 0, 0) == -EINVAL);
	CHECK(bpf_dynptr_clone(&ptr, &clone) == -EINVAL);
	CHECK(bpf_dynptr_is_null(&clone));
	return 0;
}

SEC("tc")
int of_skb(struct __sk_buff *skb)
{
	u8 buffer[4] = {1, 2, 3, 4}, *at;
	struct bpf_dynptr ptr;

	CHECK(bpf_dynptr_from_skb(skb, 1, &ptr) == -EINVAL);
	CHECK(bpf_dynptr_is_null(&ptr));
	CHECK(bpf_dynptr_from_skb(skb, 0, &ptr) == 0);
	CHECK(!bpf_dynptr_is_rdonly(&ptr));
	CHECK(bpf_dynptr_size(&ptr) == skb->len);
	CHECK(bpf_dynptr_adjust(&ptr, 20, skb->len) == 0);
	at = bpf_dynptr_slice_rdwr(&ptr, 0, NULL, 4);
	CHECK(at);
	at[0] = 0xaa;
	CHECK(bpf_dynptr_write(&ptr, 1, buffer, 3, 0) == 0);
	CHECK(bpf_dynptr_write(&ptr, 1, buffer, 3, 0x80) == -EINVAL);
	CHECK(bpf_skb_load_bytes(skb, 20, buffer, 4) == 0);
	CHECK(buffer[0] == 0xaa && buffer[1] == 1 && buffer[3] == 3);
	CHECK(!bpf_dynptr_data(&ptr, 0, 1));
	CHECK(bpf_dynptr_read(buffer, 4, &ptr, skb->len - 23, 0) == -E2BIG);
	CHECK(buffer[0] == 0xaa);
	return 0;
}

SEC("socket")
int of_skb_read_only(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	u8 buffer[4] = {};

	CHECK(bpf_dynptr_from_skb(skb, 0, &ptr) == 0);
	CHECK(bpf_dynptr_is_rdonly(&ptr));
	CHECK(bpf_dynptr_write(&ptr, 1, buffer, 3, 0) == -EINVAL);
	CHECK(bpf_dynptr_slice(&ptr, 0, NULL, 4));
	return 0;
}

SEC("xdp")
int of_xdp(struct xdp_md *xdp)
{
	u8 buffer[4] = {1, 2, 3, 4}, *at;
	struct bpf_dynptr ptr;

	CHECK(bpf_dynptr_from_xdp(xdp, 0, &ptr) == 0);
	CHECK(!bpf_dynptr_is_rdonly(&ptr));
	CHECK(bpf_dynptr_size(&ptr) == xdp->data_end - xdp->data);
	CHECK(bpf_dynptr_write(&ptr, 8, buffer, 4, 0) == 0);
	CHECK(bpf_dynptr_write(&ptr, 8, buffer, 4, 1) == -EINVAL);
	at = bpf_dynptr_slice_rdwr(&ptr, 8, buffer, 4);
	CHECK(at && at[3] == 4);
	CHECK(!bpf_dynptr_data(&ptr, 0, 1));
	CHECK(!bpf_dynptr_slice(&ptr, bpf_dynptr_size(&ptr) - 3, buffer, 4));
	return 0;
}
