/* SPDX-License-Identifier: MIT */
/* Mutants of one program.  A file of the list that ends in .mut says in its first line `OBJ PROG` and in every other
 * one mutant: edits separated by spaces, each the number of an instruction as the kernel gets it (libbpf has put the
 * subprograms behind the program and resolved every reference), a letter and a number:
 *   c d s o i   opcode, destination, source register, offset, immediate become that number (decimal)
 *   =           becomes a copy of that instruction of the original (a call of a subprogram still calls that subprogram)
 * So references stay resolved and thousands of mutants cost one run of libbpf.  The answer to `.mut` line N has "mutant":N;
 * the first, "mutant":0, is the program itself, with the code and register byte of every instruction.
 */
#define MUTLOG (16u << 20)

static unsigned opt_level = 4;	/* of the mutants' log; with more than statistics all of it is given */

static struct {
	bool armed;
	const char *file;
	char **line;
	int n, from;
} mutants;

static volatile sig_atomic_t alarmed;
static void on_alarm(int sig) { alarmed = sig; }

static bool edit(struct bpf_insn *p, const struct bpf_insn *orig, unsigned n, const char *s)
{
	while (*s) {
		char *e;
		unsigned long at = strtoul(s, &e, 10);
		char what = *e;
		long v = strtol(e + 1, (char **)&s, 10);

		if (at >= n || s == e + 1 || (*s && *s != ' '))
			return false;
		switch (what) {
		case 'c': p[at].code = v; break;
		case 'd': p[at].dst_reg = v; break;
		case 's': p[at].src_reg = v; break;
		case 'o': p[at].off = v; break;
		case 'i': p[at].imm = v; break;
		case '=':
			if (v < 0 || v >= n)
				return false;
			p[at] = orig[v];
			if ((p[at].code == (BPF_JMP | BPF_CALL) && p[at].src_reg == BPF_PSEUDO_CALL) ||
			    (p[at].code == (BPF_LD | BPF_IMM | BPF_DW) && p[at].src_reg == BPF_PSEUDO_FUNC))
				p[at].imm += v - (long)at;
			break;
		default: return false;
		}
		s += *s == ' ';
	}
	return true;
}

static void mutant_line(struct str *b, int i, const char *verdict, int err)
{
	b->n = 0;
	put(b, "{\"mut\":");
	putq(b, mutants.file);
	put(b, ",\"mutant\":%d,\"verdict\":\"%s\",\"errno\":%d", i, verdict, err);
}

/* called with what libbpf was about to load */
static void load_mutants(const union bpf_attr *from, long size)
{
	static struct str b;
	union bpf_attr at = {};
	char *log = mmap(NULL, MUTLOG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct bpf_insn *orig = (void *)(unsigned long)from->insns;
	unsigned n = from->insn_cnt;
	struct bpf_insn *p = malloc(n * sizeof(*p));
	struct sigaction sa = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &sa, NULL);	/* no SA_RESTART: the verifier gives up with EAGAIN */
	memcpy(&at, from, size < (long)sizeof(at) ? size : (long)sizeof(at));
	at.insns = (unsigned long)p;
	at.log_level = opt_level;
	at.log_buf = (unsigned long)log;
	at.log_size = MUTLOG;
	for (int i = mutants.from; i < mutants.n; i++) {
		const char *m;
		long fd;

		shm->cur = i;
		shm->beat++;
		memcpy(p, orig, n * sizeof(*p));
		if (i && !edit(p, orig, n, mutants.line[i])) {
			mutant_line(&b, i, "bad_edit", 0);
			put(&b, "}");
			flush_line(&b);
			continue;
		}
		log[0] = 0;
		alarmed = 0;
		alarm(opt_timeout);
		errno = 0;
		fd = __real_syscall(__NR_bpf, BPF_PROG_LOAD, &at, size);
		int err = fd < 0 ? errno : 0;
		alarm(0);
		m = fd >= 0 ? "accept" : alarmed ? "timeout" : strstr(log, "processed ") ? "reject" : "load_error";
		mutant_line(&b, i, m, err);
		if (fd >= 0)
			close(fd);
		char *end = strstr(log, "verification time ");
		if (end && opt_level == 4) {
			char *s = strstr(end, "processed ");

			if (s)
				put(&b, ",\"verified_insns\":%ld", atol(s + 10));
			*end = 0;
		}
		if (opt_level != 4)
			put_key(&b, "log_tail", log);
		else if (fd < 0)
			put_key(&b, "log_tail", tail_of(log, TAIL_LINES, 2000));
		if (!i) {
			put(&b, ",\"flags\":%u,\"insns\":\"", at.prog_flags);
			for (unsigned k = 0; k < n; k++)
				put(&b, "%02x%02x", p[k].code, ((unsigned char *)&p[k])[1]);
			put(&b, "\"");
		}
		put(&b, "}");
		flush_line(&b);
	}
	free(p);
	munmap(log, MUTLOG);
}

static bool is_mutants(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && !strcmp(path + n - 4, ".mut");
}

/* reads the file; its first line becomes the path of the object and the program's name */
static char *read_mutants(const char *path, const char *shown, const char *root, char *obj, size_t size)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, *prog;
	size_t cap = 0;

	for (int i = 0; i < mutants.n; i++)
		free(mutants.line[i]);
	mutants.n = 0;
	mutants.file = shown;
	while (f && getline(&line, &cap, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		if (!(mutants.n & 255))
			mutants.line = realloc(mutants.line, (mutants.n + 256) * sizeof(*mutants.line));
		mutants.line[mutants.n++] = strdup(line);
	}
	if (f)
		fclose(f);
	free(line);
	prog = mutants.n ? strchr(mutants.line[0], ' ') : NULL;
	if (!prog)
		return NULL;
	*prog++ = 0;
	snprintf(obj, size, "%s%s", root, mutants.line[0]);
	return prog;
}
