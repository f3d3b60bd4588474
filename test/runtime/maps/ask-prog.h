// SPDX-License-Identifier: Apache-2.0
// Programs' side: each line becomes a tc program that calls one helper and leaves r0 and what the helper wrote in its packet.

static int load(struct bpf_insn *insns, int n, int type)
{
	static char log[65536];
	union bpf_attr attr = { .prog_type = type, .insns = (unsigned long)insns, .insn_cnt = n, .license = (unsigned long)"GPL",
		.log_buf = (unsigned long)log, .log_size = sizeof(log), .log_level = 1 };
	log[0] = 0;
	int fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0) fprintf(stderr, "%s\n", log);
	return fd;
}

/* prog NAME [xdp|tc]: it does nothing. */
static void do_prog(FILE *out, char **word)
{
	struct bpf_insn insns[] = { INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0), INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0) };
	int fd = load(insns, 2, word[2] && !strcmp(word[2], "xdp") ? BPF_PROG_TYPE_XDP : BPF_PROG_TYPE_SCHED_CLS);
	if (fd < 0) { failed(out, errno); return; }
	struct bpf_prog_info info = {};
	union bpf_attr ask = { .info = { .bpf_fd = fd, .info_len = sizeof(info), .info = (unsigned long)&info } };
	struct thing *t = add(word[1], fd);
	bpf(BPF_OBJ_GET_INFO_BY_FD, &ask);
	t->id = info.id;
	say(out, "ok");
}

/* Where key and value lie on the stack, and how much of either is used. */
#define KEY (-256)
#define VALUE (-512)
static int n_insns;
static struct bpf_insn prog[512];
static void emit(struct bpf_insn insn) { prog[n_insns++] = insn; }
static void put(int off, const unsigned char *bytes, int n)
{
	for (int i = 0; i < n; i += 4) {
		__s32 word = 0;
		memcpy(&word, bytes + i, n - i < 4 ? n - i : 4);
		emit(INSN(BPF_ST | BPF_MEM | BPF_W, 10, 0, off + i, word));
	}
}
static void map_to(int reg, int fd)
{
	emit(INSN(BPF_LD | BPF_IMM | BPF_DW, reg, BPF_PSEUDO_MAP_FD, 0, fd));
	emit(INSN(0, 0, 0, 0, 0));
}
static void stack_to(int reg, int off)
{
	emit(INSN(BPF_ALU64 | BPF_MOV | BPF_X, reg, 10, 0, 0));
	emit(INSN(BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, off));
}
static void imm_to(int reg, long long imm)
{
	emit(INSN(BPF_LD | BPF_IMM | BPF_DW, reg, 0, 0, (int)imm));
	emit(INSN(0, 0, 0, 0, (int)(imm >> 32)));
}
static void call(int helper) { emit(INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)); }

/* p:HELPER MAP ...: r0, and eight bytes of what came of it. */
static void do_helper(FILE *out, struct thing *m, char **word, int words)
{
	static unsigned char key[MOST], value[MOST];
	const char *op = word[0] + 2;
	int pointer = 0, writes = 0, n;
	memset(key, 0, sizeof(key)); memset(value, 0, sizeof(value));
	n_insns = 0;
	emit(INSN(BPF_ALU64 | BPF_MOV | BPF_X, 6, 1, 0, 0));
	emit(INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, VALUE, 0));
	if (!strcmp(op, "lookup") || !strcmp(op, "lookup_percpu")) {
		bytes_of(word[2], key);
		put(KEY, key, m->key); map_to(1, m->fd); stack_to(2, KEY);
		if (!strcmp(op, "lookup_percpu")) { imm_to(3, strtoull(word[3], NULL, 0)); call(BPF_FUNC_map_lookup_percpu_elem); }
		else call(BPF_FUNC_map_lookup_elem);
		pointer = 1;
	} else if (!strcmp(op, "update")) {
		bytes_of(word[2], key); bytes_of(word[3], value);
		put(KEY, key, m->key); put(VALUE, value, m->value);
		map_to(1, m->fd); stack_to(2, KEY); stack_to(3, VALUE); imm_to(4, flags_of(word[4])); call(BPF_FUNC_map_update_elem);
	} else if (!strcmp(op, "delete")) {
		bytes_of(word[2], key);
		put(KEY, key, m->key); map_to(1, m->fd); stack_to(2, KEY); call(BPF_FUNC_map_delete_elem);
	} else if (!strcmp(op, "after_update") || !strcmp(op, "after_delete")) {
		/* MAP KEY [VALUE FLAGS]: what a value looked up before holds afterwards */
		int update = !strcmp(op, "after_update"), at;
		bytes_of(word[2], key);
		if (update) bytes_of(word[3], value);
		put(KEY, key, m->key); map_to(1, m->fd); stack_to(2, KEY); call(BPF_FUNC_map_lookup_elem);
		at = n_insns;
		emit(INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0, 0));
		emit(INSN(BPF_ALU64 | BPF_MOV | BPF_X, 7, 0, 0, 0));
		map_to(1, m->fd); stack_to(2, KEY);
		if (update) {
			put(VALUE, value, m->value); stack_to(3, VALUE); imm_to(4, flags_of(word[4])); call(BPF_FUNC_map_update_elem);
			emit(INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, VALUE, 0));
		} else call(BPF_FUNC_map_delete_elem);
		emit(INSN(BPF_ALU64 | BPF_MOV | BPF_X, 0, 7, 0, 0));
		prog[at].off = n_insns - at - 1;
		pointer = 1;
	} else if (!strcmp(op, "push")) {
		bytes_of(word[2], value);
		put(VALUE, value, m->value); map_to(1, m->fd); stack_to(2, VALUE); imm_to(3, flags_of(word[3])); call(BPF_FUNC_map_push_elem);
	} else if (!strcmp(op, "pop") || !strcmp(op, "peek")) {
		if (words > 2) bytes_of(word[2], value);
		put(VALUE, value, m->value < 8 ? 8 : m->value);
		map_to(1, m->fd); stack_to(2, VALUE); call(op[1] == 'o' ? BPF_FUNC_map_pop_elem : BPF_FUNC_map_peek_elem);
		writes = 1;
	} else if (!strcmp(op, "output")) {
		/* MAP BYTES FLAGS */
		n = bytes_of(word[2], value);
		put(VALUE, value, n);
		map_to(1, m->fd); stack_to(2, VALUE); imm_to(3, n); imm_to(4, flags_of(word[3])); call(BPF_FUNC_ringbuf_output);
	} else if (!strcmp(op, "reserve")) {
		/* MAP SIZE FLAGS [submit|discard] */
		map_to(1, m->fd); imm_to(2, strtoull(word[2], NULL, 0)); imm_to(3, flags_of(word[3])); call(BPF_FUNC_ringbuf_reserve);
		emit(INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 6, 0));
		emit(INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 0, 0, 0));
		imm_to(2, words > 5 ? strtoull(word[5], NULL, 0) : 0);
		call(words > 4 && !strcmp(word[4], "discard") ? BPF_FUNC_ringbuf_discard : BPF_FUNC_ringbuf_submit);
		emit(INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1));
		emit(INSN(BPF_JMP | BPF_JA, 0, 0, 0, 0));
	} else if (!strcmp(op, "query")) {
		map_to(1, m->fd); imm_to(2, strtoull(word[2], NULL, 0)); call(BPF_FUNC_ringbuf_query);
	} else if (!strcmp(op, "event")) {
		/* MAP BYTES FLAGS */
		n = bytes_of(word[2], value);
		put(VALUE, value, n);
		emit(INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0));
		map_to(2, m->fd); imm_to(3, flags_of(word[3])); stack_to(4, VALUE); imm_to(5, n); call(BPF_FUNC_perf_event_output);
	} else if (!strcmp(op, "tail")) {
		emit(INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0));
		map_to(2, m->fd); imm_to(3, strtoull(word[2], NULL, 0)); call(BPF_FUNC_tail_call);
		imm_to(0, 77);
	} else if (!strcmp(op, "under_cgroup")) {
		emit(INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0));
		map_to(2, m->fd); imm_to(3, strtoull(word[2], NULL, 0)); call(BPF_FUNC_skb_under_cgroup);
	} else { say(out, "what?"); return; }
	/* a pointer: NULL is 0, anything else 1 and the first bytes of what it points at */
	if (pointer) {
		emit(INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3, 0));
		emit(INSN(BPF_LDX | BPF_MEM | (m->value >= 8 ? BPF_DW : m->value >= 4 ? BPF_W : BPF_B), 1, 0, 0, 0));
		emit(INSN(BPF_STX | BPF_MEM | BPF_DW, 10, 1, VALUE, 0));
		emit(INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1));
	}
	emit(INSN(BPF_LDX | BPF_MEM | BPF_W, 2, 6, offsetof(struct __sk_buff, data), 0));
	emit(INSN(BPF_LDX | BPF_MEM | BPF_W, 3, 6, offsetof(struct __sk_buff, data_end), 0));
	emit(INSN(BPF_ALU64 | BPF_MOV | BPF_X, 4, 2, 0, 0));
	emit(INSN(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, 16));
	emit(INSN(BPF_JMP | BPF_JGT | BPF_X, 4, 3, 3, 0));
	emit(INSN(BPF_STX | BPF_MEM | BPF_DW, 2, 0, 0, 0));
	emit(INSN(BPF_LDX | BPF_MEM | BPF_DW, 1, 10, VALUE, 0));
	emit(INSN(BPF_STX | BPF_MEM | BPF_DW, 2, 1, 8, 0));
	emit(INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0));
	emit(INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
	int fd = load(prog, n_insns, BPF_PROG_TYPE_SCHED_CLS);
	if (fd < 0) { say(out, "load: "); failed(out, errno); return; }
	unsigned char in[64] = {}, got[64] = {};
	union bpf_attr attr = { .test = { .prog_fd = fd, .data_in = (unsigned long)in, .data_size_in = 64,
		.data_out = (unsigned long)got, .data_size_out = 64, .repeat = 1 } };
	if (bpf(BPF_PROG_TEST_RUN, &attr)) { say(out, "run: "); failed(out, errno); }
	else {
		long long r0;
		memcpy(&r0, got, 8);
		if (!pointer && !strstr(op, "reserve") && r0 < 0) failed(out, -r0);
		else say(out, "%lld", r0);
		if ((pointer && r0) || writes) { say(out, " "); hex(out, got + 8, m->value < 8 ? m->value : 8); }
	}
	close(fd);
}
