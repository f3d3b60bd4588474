// SPDX-License-Identifier: Apache-2.0
// kfuncs.rst: 2.4.1 KF_ACQUIRE flag
// Keyrings: looked up, used, put.
#include "example.h"

char data[8], signature[8];

// ACCEPT: put what was looked up
SEC("lsm.s/file_open")
int BPF_PROG(key_put, struct file *file)
{
	struct bpf_key *key = bpf_lookup_system_key(0);

	if (key)
		bpf_key_put(key);
	return 0;
}

// REJECT (fixed by key_put): leaked
// kernel 6.12: Unreleased reference id=2 alloc_insn=1
SEC("lsm.s/file_open")
int BPF_PROG(key_leak, struct file *file)
{
	struct bpf_key *key = bpf_lookup_system_key(0);

	// rejected: key is never put
	return key ? 0 : 0;
}

// REJECT (fixed by key_put): the lookup may fail
// kernel 6.12: Possibly NULL pointer passed to trusted arg0
SEC("lsm.s/file_open")
int BPF_PROG(key_unchecked, struct file *file)
{
	struct bpf_key *key = bpf_lookup_system_key(0);

	// rejected: key may be NULL
	bpf_key_put(key);
	return 0;
}

// ACCEPT: dynptrs and a key
SEC("lsm.s/file_open")
int BPF_PROG(key_verify, struct file *file)
{
	struct bpf_dynptr d, s;
	struct bpf_key *key;

	bpf_dynptr_from_mem(data, sizeof(data), 0, &d);
	bpf_dynptr_from_mem(signature, sizeof(signature), 0, &s);
	key = bpf_lookup_user_key(1, 0);
	if (!key)
		return 0;
	bpf_verify_pkcs7_signature(&d, &s, key);
	bpf_key_put(key);
	return 0;
}

// REJECT (fixed by key_verify): a dynptr is asked for, not memory
// kernel 6.12: arg#0 expected pointer to stack or const struct bpf_dynptr
SEC("lsm.s/file_open")
int BPF_PROG(key_verify_memory, struct file *file)
{
	struct bpf_dynptr s;
	struct bpf_key *key;

	bpf_dynptr_from_mem(signature, sizeof(signature), 0, &s);
	key = bpf_lookup_user_key(1, 0);
	if (!key)
		return 0;
	// rejected: data is no dynptr
	bpf_verify_pkcs7_signature((void *)data, &s, key);
	bpf_key_put(key);
	return 0;
}

// REJECT (fixed by key_verify): looking a user's key up may sleep
// kernel 6.12: program must be sleepable to call sleepable kfunc bpf_lookup_user_key
SEC("lsm/file_open")
int BPF_PROG(key_lookup_atomic, struct file *file)
{
	// rejected: the program is not sleepable
	struct bpf_key *key = bpf_lookup_user_key(1, 0);

	if (key)
		bpf_key_put(key);
	return 0;
}
