// SPDX-License-Identifier: Apache-2.0
// Programs on files, called from outside.
#define BPF_NO_KFUNC_PROTOTYPES
#include "check.h"
#include <bpf/bpf_tracing.h>

/* What a hook answers is an error or 0. */
#undef CHECK
#define CHECK(what) do { if (!(what)) return -__LINE__; } while (0)

enum { EPERM_ = 1, ENAMETOOLONG = 36, ENODATA = 61 };

struct file *bpf_get_task_exe_file(struct task_struct *task) __ksym;
void bpf_put_file(struct file *file) __ksym;
int bpf_path_d_path(struct path *path, char *buf, size_t buf__sz) __ksym;
int bpf_get_file_xattr(struct file *file, const char *name__str, struct bpf_dynptr *value) __ksym;

static char room[64];

SEC("lsm.s/file_open")
int BPF_PROG(attribute, struct file *file)
{
	struct bpf_dynptr value;

	CHECK(!bpf_dynptr_from_mem(room, 8, 0, &value));
	CHECK(bpf_get_file_xattr(file, "security.selinux", &value) == -EPERM_);
	CHECK(bpf_get_file_xattr(file, "user.none", &value) == -ENODATA);
	CHECK(bpf_get_file_xattr(file, "user.long", &value) == -ERANGE);
	CHECK(bpf_get_file_xattr(file, "user.one", &value) == 3 && room[0] == 'o' && room[2] == 'e' && !room[3]);
	return 0;
}

SEC("lsm.s/file_open")
int BPF_PROG(path, struct file *file)
{
	char small[4], buf[32];

	CHECK(bpf_path_d_path(&file->f_path, small, sizeof(small)) == -ENAMETOOLONG);
	CHECK(bpf_path_d_path(&file->f_path, buf, sizeof(buf)) == 12 && buf[0] == '/' && buf[10] == 'd' && !buf[11]);
	CHECK(bpf_d_path(&file->f_path, buf, sizeof(buf)) == 12);
	CHECK(bpf_d_path(&file->f_path, small, sizeof(small)) == -ENAMETOOLONG);
	return 0;
}

SEC("lsm.s/file_open")
int BPF_PROG(executable, struct file *file)
{
	struct file *exe = bpf_get_task_exe_file(bpf_get_current_task_btf());
	int got;

	if (!exe)
		return -1;
	got = bpf_path_d_path(&exe->f_path, room, sizeof(room));
	bpf_put_file(exe);
	return got == 8 ? -8 : -__LINE__;
}

SEC("lsm.s/file_open")
int BPF_PROG(measured, struct file *file)
{
	u8 whole[64] = {}, begin[8];

	CHECK(bpf_ima_file_hash(file, begin, sizeof(begin)) == 4);
	CHECK(bpf_ima_file_hash(file, whole, sizeof(whole)) == 4);
	for (int i = 0; i < 8; i++)
		CHECK(begin[i] == whole[i]);
	__builtin_memcpy(room, whole, sizeof(room));
	return 0;
}
