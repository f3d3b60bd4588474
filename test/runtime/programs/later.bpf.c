// SPDX-License-Identifier: Apache-2.0
// What came after 6.12 to tasks, files and caches: checked on 7.3.
#define BPF_NO_KFUNC_PROTOTYPES
#include "check.h"

struct bpf_iter_kmem_cache { u64 opaque; } __attribute__((aligned(8)));

int bpf_iter_kmem_cache_new(struct bpf_iter_kmem_cache *it) __ksym;
struct kmem_cache *bpf_iter_kmem_cache_next(struct bpf_iter_kmem_cache *it) __ksym;
void bpf_iter_kmem_cache_destroy(struct bpf_iter_kmem_cache *it) __ksym;
int bpf_copy_from_user_task_str(void *dst, u32 size, const void *from, struct task_struct *task, u64 flags) __ksym;
int bpf_send_signal_task(struct task_struct *task, int sig, enum pid_type type, u64 value) __ksym;
struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
void bpf_task_release(struct task_struct *task) __ksym;
struct file *bpf_get_task_exe_file(struct task_struct *task) __ksym;
void bpf_put_file(struct file *file) __ksym;
int bpf_dynptr_from_file(struct file *file, u32 flags, struct bpf_dynptr *to) __ksym;
int bpf_dynptr_file_discard(struct bpf_dynptr *dynptr) __ksym;
u64 bpf_dynptr_size(const struct bpf_dynptr *dynptr) __ksym;
void *bpf_dynptr_slice(const struct bpf_dynptr *dynptr, u64 at, void *buffer, u64 size) __ksym;

SEC("syscall")
int caches(void *ctx)
{
	static const char wanted[] = "task_struct";
	struct bpf_iter_kmem_cache it;
	struct kmem_cache *cache;
	int found = 0;

	bpf_iter_kmem_cache_new(&it);
	while ((cache = bpf_iter_kmem_cache_next(&it))) {
		char name[16] = {};

		bpf_probe_read_kernel_str(name, sizeof(name), cache->name);
		if (!bpf_strncmp(name, sizeof(wanted), wanted))
			found = 1;
	}
	bpf_iter_kmem_cache_destroy(&it);
	CHECK(found == 1);
	return 0;
}

SEC("syscall")
int signals(void *ctx)
{
	struct task_struct *init = bpf_task_from_pid(1);
	int to_init, to_nobody;

	if (!init)
		return __LINE__;
	/* pid 1 is never killed */
	to_init = bpf_send_signal_task(init, 9, 0, 0);
	to_nobody = bpf_send_signal_task(init, 9, 2, 0);
	bpf_task_release(init);
	CHECK(to_init == -1);
	CHECK(to_nobody == -EINVAL);
	return 0;
}

SEC("syscall")
int text(void *ctx)
{
	struct task_struct *init = bpf_task_from_pid(1);
	char to[8] = "aaaaaaa";
	int flags, nothing, empty;

	if (!init)
		return __LINE__;
	flags = bpf_copy_from_user_task_str(to, 8, NULL, init, 2);
	empty = bpf_copy_from_user_task_str(to, 0, NULL, init, 0);
	nothing = bpf_copy_from_user_task_str(to, 8, NULL, init, 0);
	bpf_task_release(init);
	CHECK(flags == -EINVAL);
	CHECK(empty == 0);
	CHECK(nothing == -EFAULT);
	CHECK(to[0] == 0 && to[1] == 'a');
	return 0;
}

SEC("lsm.s/file_open")
int elf(unsigned long long *args)
{
	struct file *file = (void *)args[0];
	struct bpf_dynptr bytes;
	u8 room[4] = {}, *at;
	int error;

	error = bpf_dynptr_from_file(file, 1, &bytes);
	bpf_dynptr_file_discard(&bytes);
	if (error != -EINVAL)
		return -__LINE__;
	if (bpf_dynptr_from_file(file, 0, &bytes)) {
		bpf_dynptr_file_discard(&bytes);
		return -__LINE__;
	}
	error = bpf_dynptr_read(room, 4, &bytes, 0, 0);
	at = bpf_dynptr_slice(&bytes, 1, room, 3);
	if (error || !at || at[0] != 'E' || bpf_dynptr_size(&bytes) != 6 || bpf_dynptr_read(room, 4, &bytes, 3, 0) != -E2BIG)
		error = -__LINE__;
	bpf_dynptr_file_discard(&bytes);
	return error;
}
