// SPDX-License-Identifier: Apache-2.0
// Asks the kernel that runs what the bpf() system call answers: operations on maps as lines of text (README.md), each printed again with
// its answer behind " -> ". Stands in for bpfjudge in the oracle's guest: -r ROOT -k I/N -l LIST.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST 65536
static const char *const types[] = {
	"", "hash", "array", "prog_array", "perf_event_array", "percpu_hash", "percpu_array", "stack_trace", "cgroup_array",
	"lru_hash", "lru_percpu_hash", "lpm_trie", "array_of_maps", "hash_of_maps", "devmap", "sockmap", "cpumap", "xskmap",
	"sockhash", "cgroup_storage", "reuseport_sockarray", "percpu_cgroup_storage", "queue", "stack", "sk_storage",
	"devmap_hash", "struct_ops", "ringbuf", "inode_storage", "task_storage", "bloom_filter", "user_ringbuf",
	"cgrp_storage", "arena",
};
struct thing { char name[32]; int fd, type; __u32 id, key, value; };
static struct thing things[8192];
static int count, cpus;

static long bpf(int cmd, union bpf_attr *attr) { return syscall(__NR_bpf, cmd, attr, sizeof(*attr)); }
static struct thing *find(const char *name)
{
	for (int i = count - 1; i >= 0; i--)
		if (!strcmp(things[i].name, name)) return &things[i];
	return NULL;
}
static struct thing *add(const char *name, int fd)
{
	struct thing *t = &things[count++];
	memset(t, 0, sizeof(*t));
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->fd = fd;
	return t;
}

/* What a key or value is: bytes in hex, "bytes*times", "@thing" as a file descriptor; "-" is a null pointer. */
static int bytes_of(const char *text, unsigned char *to)
{
	int n = 0;
	if (*text == '@') {
		struct thing *t = find(text + 1);
		int fd = t ? t->fd : -1;
		memcpy(to, &fd, 4);
		return 4;
	}
	for (; text[0] && text[1] && text[0] != '*'; text += 2) {
		char two[3] = { text[0], text[1], 0 };
		to[n++] = strtoul(two, NULL, 16);
	}
	if (*text == '*') {
		int times = atoi(text + 1), i;
		for (i = 1; i < times; i++) memcpy(to + i * n, to, n);
		n *= times;
	}
	return n;
}

static void say(FILE *out, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vfprintf(out, format, args);
	va_end(args);
}
static void failed(FILE *out, int error)
{
	const char *name = error == 524 ? "ENOTSUPP" : strerrorname_np(error);
	say(out, "%s", name ? name : "?");
}
static void hex(FILE *out, const unsigned char *bytes, int n)
{
	int i;
	/* long runs of one byte are shortened */
	for (i = 1; i < n && bytes[i] == bytes[0]; i++);
	if (n > 64 && i == n) { say(out, "%02x*%d", bytes[0], n); return; }
	for (i = 0; i < n; i++) say(out, "%02x", bytes[i]);
}

/* struct value { int n; struct bpf_spin_lock lock; }, key int: ids 1 and 3. */
static int lock_btf(void)
{
	static const char strings[] = "\0int\0bpf_spin_lock\0val\0value\0n\0lock";
	struct {
		struct btf_header header;
		__u32 types[3 + 1 + 3 + 3 + 3 + 6];
		char strings[sizeof(strings)];
	} raw = { .header = { .magic = BTF_MAGIC, .version = 1, .hdr_len = sizeof(struct btf_header) } };
	__u32 *t = raw.types;
#define INFO(kind, n) ((kind) << 24 | (n))
	*t++ = 1; *t++ = INFO(BTF_KIND_INT, 0); *t++ = 4; *t++ = 32 | BTF_INT_SIGNED << 24;
	*t++ = 5; *t++ = INFO(BTF_KIND_STRUCT, 1); *t++ = 4; *t++ = 19; *t++ = 1; *t++ = 0;
	*t++ = 23; *t++ = INFO(BTF_KIND_STRUCT, 2); *t++ = 8; *t++ = 29; *t++ = 1; *t++ = 0; *t++ = 31; *t++ = 2; *t++ = 32;
	raw.header.type_len = (char *)t - (char *)raw.types;
	raw.header.str_off = raw.header.type_len;
	raw.header.str_len = sizeof(strings);
	memcpy((char *)raw.types + raw.header.type_len, strings, sizeof(strings));
	union bpf_attr attr = { .btf = (unsigned long)&raw,
		.btf_size = sizeof(raw.header) + raw.header.type_len + sizeof(strings) };
	return bpf(BPF_BTF_LOAD, &attr);
}

static void do_create(FILE *out, char **word, int words)
{
	union bpf_attr attr = {};
	int type = atoi(word[2]), i, fd;
	for (i = 1; i < (int)(sizeof(types) / sizeof(*types)); i++)
		if (!strcmp(types[i], word[2])) type = i;
	attr.map_type = type;
	attr.key_size = strtoul(word[3], NULL, 0);
	attr.value_size = strtoul(word[4], NULL, 0);
	attr.max_entries = strtoul(word[5], NULL, 0);
	for (i = 6; i < words; i++) {
		if (!strncmp(word[i], "flags=", 6)) attr.map_flags = strtoul(word[i] + 6, NULL, 0);
		if (!strncmp(word[i], "extra=", 6)) attr.map_extra = strtoull(word[i] + 6, NULL, 0);
		if (!strncmp(word[i], "inner=", 6)) attr.inner_map_fd = find(word[i] + 6) ? find(word[i] + 6)->fd : -1;
		if (!strcmp(word[i], "lock")) {
			attr.btf_fd = lock_btf();
			attr.btf_key_type_id = 1;
			attr.btf_value_type_id = 3;
		}
		if (!strcmp(word[i], "typed")) {
			attr.btf_fd = lock_btf();
			attr.btf_key_type_id = 1;
			attr.btf_value_type_id = 1;
		}
	}
	fd = bpf(BPF_MAP_CREATE, &attr);
	if (fd < 0) { failed(out, errno); return; }
	struct bpf_map_info info = {};
	union bpf_attr ask = { .info = { .bpf_fd = fd, .info_len = sizeof(info), .info = (unsigned long)&info } };
	struct thing *t = add(word[1], fd);
	bpf(BPF_OBJ_GET_INFO_BY_FD, &ask);
	t->type = type; t->id = info.id; t->key = attr.key_size; t->value = attr.value_size;
	say(out, "ok");
}

static int value_bytes(const struct thing *m)
{
	switch (m->type) {
	case BPF_MAP_TYPE_PERCPU_HASH: case BPF_MAP_TYPE_PERCPU_ARRAY: case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
		return ((m->value + 7) & ~7) * cpus;
	case BPF_MAP_TYPE_PROG_ARRAY: case BPF_MAP_TYPE_PERF_EVENT_ARRAY: case BPF_MAP_TYPE_CGROUP_ARRAY:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS: case BPF_MAP_TYPE_HASH_OF_MAPS:
		return 4;
	}
	return m->value;
}
static void show(FILE *out, const struct thing *m, const unsigned char *value)
{
	__u32 id;
	memcpy(&id, value, 4);
	if (m->type == BPF_MAP_TYPE_PROG_ARRAY || m->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || m->type == BPF_MAP_TYPE_HASH_OF_MAPS)
		for (int i = 0; i < count; i++)
			if (things[i].id == id) { say(out, "ok @%s", things[i].name); return; }
	say(out, "ok ");
	hex(out, value, value_bytes(m));
}

static unsigned long long flags_of(const char *text)
{
	if (!text || !strcmp(text, "any")) return 0;
	if (!strcmp(text, "noexist")) return 1;
	if (!strcmp(text, "exist")) return 2;
	return strtoull(text, NULL, 0);
}

#define INSN(c, d, s, o, i) ((struct bpf_insn){ .code = c, .dst_reg = d, .src_reg = s, .off = o, .imm = i })
#include "ask-prog.h"

static void do_line(FILE *out, char *line)
{
	static unsigned char key[MOST], value[MOST], next[MOST];
	char *word[16] = {}, *save = NULL;
	int words = 0;
	for (char *w = strtok_r(line, " \t", &save); w && words < 15; w = strtok_r(NULL, " \t", &save)) word[words++] = w;
	const char *op = word[0];
	if (!strcmp(op, "create") && words >= 6) { do_create(out, word, words); return; }
	if (!strcmp(op, "prog")) { do_prog(out, word); return; }
	struct thing *m = words > 1 ? find(word[1]) : NULL;
	if (!m) { say(out, "no such map"); return; }
	union bpf_attr attr = { .map_fd = m->fd };
	memset(key, 0, sizeof(key)); memset(value, 0, sizeof(value)); memset(next, 0, sizeof(next));
	if (op[0] == 'p' && op[1] == ':') { do_helper(out, m, word, words); return; }
	if (words > 2 && strcmp(word[2], "-")) { bytes_of(word[2], key); attr.key = (unsigned long)key; }
	attr.value = (unsigned long)value;
	if (!strcmp(op, "lookup")) {
		if (m->type == BPF_MAP_TYPE_BLOOM_FILTER && words > 3) { bytes_of(word[3], value); attr.flags = flags_of(word[4]); }
		else attr.flags = flags_of(word[3]);
		if (bpf(BPF_MAP_LOOKUP_ELEM, &attr)) failed(out, errno); else show(out, m, value);
	} else if (!strcmp(op, "take")) {
		attr.flags = flags_of(word[3]);
		if (bpf(BPF_MAP_LOOKUP_AND_DELETE_ELEM, &attr)) failed(out, errno); else show(out, m, value);
	} else if (!strcmp(op, "update")) {
		if (word[3]) bytes_of(word[3], value);
		attr.flags = flags_of(word[4]);
		if (bpf(BPF_MAP_UPDATE_ELEM, &attr)) failed(out, errno); else say(out, "ok");
	} else if (!strcmp(op, "delete")) {
		attr.flags = 0; attr.value = 0;
		if (bpf(BPF_MAP_DELETE_ELEM, &attr)) failed(out, errno); else say(out, "ok");
	} else if (!strcmp(op, "next")) {
		attr.next_key = (unsigned long)next;
		if (bpf(BPF_MAP_GET_NEXT_KEY, &attr)) failed(out, errno);
		else { say(out, "ok "); hex(out, next, m->key); }
	} else if (!strcmp(op, "keys")) {
		/* all of them, sorted: hash maps have an order of their own */
		static char all[4096][129];
		int n = 0;
		attr.key = 0; attr.next_key = (unsigned long)next;
		while (n < 4096 && !bpf(BPF_MAP_GET_NEXT_KEY, &attr)) {
			for (__u32 i = 0; i < m->key && i < 64; i++) sprintf(all[n] + i * 2, "%02x", next[i]);
			n++;
			memcpy(key, next, m->key);
			attr.key = (unsigned long)key;
		}
		if (n == 0 || errno != ENOENT) failed(out, errno);
		else {
			qsort(all, n, sizeof(*all), (int (*)(const void *, const void *))strcmp);
			say(out, "ok");
			for (int i = 0; i < n; i++) say(out, " %s", all[i]);
		}
	} else if (!strcmp(op, "freeze")) {
		union bpf_attr freeze = { .map_fd = m->fd };
		if (bpf(BPF_MAP_FREEZE, &freeze)) failed(out, errno); else say(out, "ok");
	} else say(out, "what?");
}

/* File descriptors that lines may name. */
static void add_things(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int udp = socket(AF_INET, SOCK_DGRAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0), listening = socket(AF_INET, SOCK_STREAM, 0);
	bind(udp, (void *)&at, sizeof(at));
	bind(listening, (void *)&at, sizeof(at));
	listen(listening, 4);
	add("udp", udp);
	add("tcp", tcp);
	add("listening", listening);
	add("file", open("/tmp/file", O_CREAT | O_RDWR, 0600));
	add("cgroup", open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY));
	add("pidfd", syscall(SYS_pidfd_open, getpid(), 0));
	struct perf_event_attr event = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(event), .config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW };
	add("event", syscall(SYS_perf_event_open, &event, -1, 0, -1, 0));
	add("bad", 9999);
}

int main(int argc, char **argv)
{
	const char *root = "", *list = NULL;
	char name[4096], path[8192], *line = NULL;
	size_t room = 0;
	int c, mine = 1;
	while ((c = getopt(argc, argv, "r:k:l:")) != -1) {
		if (c == 'r') root = optarg;
		if (c == 'l') list = optarg;
		if (c == 'k') mine = atoi(optarg) == 0;
	}
	cpus = sysconf(_SC_NPROCESSORS_CONF);
	FILE *files = list && mine ? fopen(list, "r") : NULL;
	while (files && fgets(name, sizeof(name), files)) {
		name[strcspn(name, "\n")] = 0;
		snprintf(path, sizeof(path), "%s%s", root, name);
		FILE *in = fopen(path, "r");
		if (!in) continue;
		for (int i = 0; i < count; i++) close(things[i].fd);
		count = 0;
		add_things();
		printf("=== %s\n", name);
		while (getline(&line, &room, in) > 0) {
			char *end = strstr(line, " -> ");
			line[strcspn(line, "\n")] = 0;
			if (end) *end = 0;
			if (!*line || *line == '#') { puts(line); continue; }
			printf("%s -> ", line);
			do_line(stdout, line);
			putchar('\n');
		}
		fclose(in);
		fflush(stdout);
	}
	return 0;
}
