// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.5 KF_SLEEPABLE flag
// Crypto: contexts are made where one may sleep and used where one may not.
#include "example.h"

struct slot { struct bpf_crypto_ctx __kptr *ctx; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, struct slot); }
	slots SEC(".maps");
struct bpf_crypto_params params;
char source[16], target[16];

// ACCEPT: made and kept in a syscall program
SEC("syscall")
int crypto_create(void *ctx)
{
	struct bpf_crypto_ctx *made, *old;
	int key = 0, err = 0;
	struct slot *slot = bpf_map_lookup_elem(&slots, &key);

	if (!slot)
		return 0;
	made = bpf_crypto_ctx_create(&params, sizeof(params), &err);
	if (!made)
		return 0;
	old = bpf_kptr_xchg(&slot->ctx, made);
	if (old)
		bpf_crypto_ctx_release(old);
	return 0;
}

// REJECT (fixed by crypto_create): contexts are made in syscall programs, not in tc
// kernel 6.12: calling kernel function bpf_crypto_ctx_create is not allowed
SEC("tc")
int crypto_create_tc(struct __sk_buff *skb)
{
	struct bpf_crypto_ctx *made;
	int err = 0;

	// rejected: not registered for tc
	made = bpf_crypto_ctx_create(&params, sizeof(params), &err);
	if (made)
		bpf_crypto_ctx_release(made);
	return 0;
}

// REJECT (fixed by crypto_create): leaked
// kernel 6.12: Unreleased reference id=2 alloc_insn=7
SEC("syscall")
int crypto_leak(void *ctx)
{
	struct bpf_crypto_ctx *made;
	int err = 0;

	made = bpf_crypto_ctx_create(&params, sizeof(params), &err);
	// rejected: never released
	return made ? 0 : 0;
}

// ACCEPT: siv__nullable is NULL
SEC("tc")
int crypto_encrypt(struct __sk_buff *skb)
{
	struct bpf_dynptr from, to;
	struct bpf_crypto_ctx *ctx;
	int key = 0;
	struct slot *slot = bpf_map_lookup_elem(&slots, &key);

	if (!slot)
		return 0;
	ctx = slot->ctx;
	if (!ctx)
		return 0;
	bpf_dynptr_from_mem(source, sizeof(source), 0, &from);
	bpf_dynptr_from_mem(target, sizeof(target), 0, &to);
	bpf_crypto_encrypt(ctx, &from, &to, NULL);
	return 0;
}

// REJECT (fixed by crypto_encrypt): the target is not nullable
// kernel 6.12: Possibly NULL pointer passed to trusted arg2
SEC("tc")
int crypto_encrypt_to_null(struct __sk_buff *skb)
{
	struct bpf_dynptr from;
	struct bpf_crypto_ctx *ctx;
	int key = 0;
	struct slot *slot = bpf_map_lookup_elem(&slots, &key);

	if (!slot)
		return 0;
	ctx = slot->ctx;
	if (!ctx)
		return 0;
	bpf_dynptr_from_mem(source, sizeof(source), 0, &from);
	// rejected: only siv may be NULL
	bpf_crypto_encrypt(ctx, &from, NULL, NULL);
	return 0;
}

// REJECT (fixed by crypto_encrypt): the context may be missing
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("tc")
int crypto_encrypt_unchecked(struct __sk_buff *skb)
{
	struct bpf_dynptr from, to;
	int key = 0;
	struct slot *slot = bpf_map_lookup_elem(&slots, &key);

	if (!slot)
		return 0;
	bpf_dynptr_from_mem(source, sizeof(source), 0, &from);
	bpf_dynptr_from_mem(target, sizeof(target), 0, &to);
	// rejected: nobody made one yet, perhaps
	bpf_crypto_encrypt(slot->ctx, &from, &to, NULL);
	return 0;
}
