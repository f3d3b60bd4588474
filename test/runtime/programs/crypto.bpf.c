// SPDX-License-Identifier: Apache-2.0
// Ciphers: a context that a syscall program makes, and others use.
#include "check.h"
extern int bpf_dynptr_adjust(const struct bpf_dynptr *p, u32 start, u32 end) __ksym;

extern struct bpf_crypto_ctx *bpf_crypto_ctx_create(const struct bpf_crypto_params *params, u32 params__sz, int *err) __ksym;
extern struct bpf_crypto_ctx *bpf_crypto_ctx_acquire(struct bpf_crypto_ctx *ctx) __ksym;
extern void bpf_crypto_ctx_release(struct bpf_crypto_ctx *ctx) __ksym;
extern int bpf_crypto_encrypt(struct bpf_crypto_ctx *ctx, const struct bpf_dynptr *src, const struct bpf_dynptr *dst, const struct bpf_dynptr *siv) __ksym;
extern int bpf_crypto_decrypt(struct bpf_crypto_ctx *ctx, const struct bpf_dynptr *src, const struct bpf_dynptr *dst, const struct bpf_dynptr *siv) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

#define __kptr __attribute__((btf_type_tag("kptr")))

struct held { struct bpf_crypto_ctx __kptr *ctx; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct held);
} contexts SEC(".maps");
struct bytes { u8 data[64]; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, u32);
	__type(value, struct bytes);
} texts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct bpf_crypto_params);
} wanted SEC(".maps");

SEC("syscall")
int create(void *unused)
{
	struct bpf_crypto_params *params;
	struct bpf_crypto_ctx *made, *old;
	struct held *slot;
	int err = 1;
	u32 key = 0;

	params = bpf_map_lookup_elem(&wanted, &key);
	if (!params)
		return 1;
	made = bpf_crypto_ctx_create(params, sizeof(*params), &err);
	if (!made)
		return err;
	slot = bpf_map_lookup_elem(&contexts, &key);
	if (!slot) {
		bpf_crypto_ctx_release(made);
		return 1;
	}
	old = bpf_kptr_xchg(&slot->ctx, made);
	if (old)
		bpf_crypto_ctx_release(old);
	return err;
}

struct sizes { u32 length, room, iv; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct sizes);
} sizes SEC(".maps");

static __always_inline int crypt(int decrypt)
{
	struct bpf_dynptr from, to, iv;
	struct bytes *texts_at[3];
	struct bpf_crypto_ctx *ctx;
	struct held *slot;
	struct sizes *wanted;
	u32 key = 0, length, room, iv_length;
	int err;

	wanted = bpf_map_lookup_elem(&sizes, &key);
	if (!wanted)
		return 4;
	length = wanted->length;
	room = wanted->room;
	iv_length = wanted->iv;
	for (int i = 0; i < 3; i++) {
		u32 index = i;

		texts_at[i] = bpf_map_lookup_elem(&texts, &index);
		if (!texts_at[i])
			return 1;
	}
	slot = bpf_map_lookup_elem(&contexts, &key);
	if (!slot || length > 64 || room > 64 || iv_length > 64)
		return 2;
	bpf_dynptr_from_mem(texts_at[0], sizeof(struct bytes), 0, &from);
	bpf_dynptr_from_mem(texts_at[1], sizeof(struct bytes), 0, &to);
	bpf_dynptr_from_mem(texts_at[2], sizeof(struct bytes), 0, &iv);
	bpf_dynptr_adjust(&from, 0, length);
	bpf_dynptr_adjust(&to, 0, room);
	bpf_dynptr_adjust(&iv, 0, iv_length);
	bpf_rcu_read_lock();
	ctx = slot->ctx;
	err = !ctx ? 3
	    : decrypt ? bpf_crypto_decrypt(ctx, &from, &to, iv_length ? &iv : NULL)
	    : bpf_crypto_encrypt(ctx, &from, &to, iv_length ? &iv : NULL);
	bpf_rcu_read_unlock();
	return err;
}

SEC("tc")
int encrypts(struct __sk_buff *skb) { return crypt(0); }
SEC("tc")
int decrypts(struct __sk_buff *skb) { return crypt(1); }
