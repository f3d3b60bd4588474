/* SPDX-License-Identifier: MIT */
/* Programs run.  With -R FILE accepted programs are run by BPF_PROG_TEST_RUN instead of reported, on the inputs of FILE:
 *   input CLASS NAME DATA CTX    data and context in hex, - for none; CLASS as in `class_of`; of struct_ops the data is where the
 *                                context's first 8 bytes lead to
 *   skip OBJ PROG                a program that is not to be run
 * A program is loaded as it is judged, alone with what it needs, so on fresh maps, and runs the inputs of its class in
 * their order on these.  Each run is a line: what the call returned, the program's value, data and context afterwards, and the
 * contents of the object's maps.
 */
#define MOST_ELEMENTS	64
#define MOST_BYTES	(64 << 10)	/* of one map */
#define MOST_INDICES	4096		/* of an array: how far it is looked for elements that are not zero */
#define OUT_SIZE	(64 << 10)

struct bytes { unsigned char *p; size_t n; bool given; };
static struct { char class[24], name[48]; struct bytes data, ctx; } *inputs;
static struct { char obj[160], prog[128]; } *skips;
static int ninputs, nskips;

static struct bytes from_hex(const char *s)
{
	struct bytes b = { .given = strcmp(s, "-") };

	b.n = b.given ? strlen(s) / 2 : 0;
	b.p = calloc(b.n + 1, 1);
	for (size_t i = 0; i < b.n; i++)
		sscanf(s + 2 * i, "%2hhx", b.p + i);
	return b;
}

static bool read_inputs(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL, *data, *ctx;
	size_t cap = 0;

	while (f && getline(&line, &cap, f) > 0) {
		inputs = realloc(inputs, (ninputs + 1) * sizeof(*inputs));
		skips = realloc(skips, (nskips + 1) * sizeof(*skips));
		if (sscanf(line, "input %23s %47s %ms %ms", inputs[ninputs].class, inputs[ninputs].name, &data, &ctx) == 4) {
			inputs[ninputs].data = from_hex(data);
			inputs[ninputs++].ctx = from_hex(ctx);
		} else if (sscanf(line, "skip %159s %127s", skips[nskips].obj, skips[nskips].prog) == 2) {
			nskips++;
		}
	}
	free(line);
	return f && !fclose(f) && ninputs;
}

/* what inputs a program takes; NULL: the kernel cannot run it by itself */
static const char *class_of(const struct bpf_program *p)
{
	switch (bpf_program__type(p)) {
	case BPF_PROG_TYPE_XDP: return "xdp";
	case BPF_PROG_TYPE_SCHED_CLS: case BPF_PROG_TYPE_SCHED_ACT: case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_SOCKET_FILTER: case BPF_PROG_TYPE_LWT_IN: case BPF_PROG_TYPE_LWT_OUT:
	case BPF_PROG_TYPE_LWT_XMIT: case BPF_PROG_TYPE_LWT_SEG6LOCAL: return "skb";
	case BPF_PROG_TYPE_FLOW_DISSECTOR: return "flow_dissector";
	case BPF_PROG_TYPE_SK_LOOKUP: return "sk_lookup";
	case BPF_PROG_TYPE_RAW_TRACEPOINT: case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE: return "raw_tp";
	case BPF_PROG_TYPE_SYSCALL: return "syscall";
	case BPF_PROG_TYPE_NETFILTER: return "netfilter";
	case BPF_PROG_TYPE_STRUCT_OPS: return "struct_ops";
	case BPF_PROG_TYPE_EXT: return attaches_to_program(p) ? class_of(target.p) : NULL;
	case BPF_PROG_TYPE_TRACING: break;
	default: return NULL;
	}
	switch (bpf_program__expected_attach_type(p)) {
	case BPF_TRACE_FENTRY: case BPF_TRACE_FEXIT: case BPF_MODIFY_RETURN: return "tracing";
	default: return NULL;
	}
}

static void put_hex(struct str *b, const void *from, size_t n)
{
	const unsigned char *p = from;

	for (size_t i = 0; i < n; i++) {
		char two[2] = { "0123456789abcdef"[p[i] >> 4], "0123456789abcdef"[p[i] & 15] };

		putn(b, two, 2);
	}
}

static void put_bytes(struct str *b, const char *key, const void *p, size_t n)
{
	put(b, ",\"%s\":\"", key);
	put_hex(b, p, n);
	put(b, "\"");
}

/* ---- maps --------------------------------------------------------------- */
struct dump { struct str *b; size_t elements, bytes; bool capped; };

static bool room(struct dump *d, size_t bytes)
{
	d->capped |= d->elements == MOST_ELEMENTS || d->bytes + bytes > MOST_BYTES;
	return !d->capped;
}

static void put_element(struct dump *d, const void *key, size_t nkey, const void *value, size_t nvalue)
{
	if (!room(d, nkey + nvalue))
		return;
	put(d->b, "%s\"", d->elements ? "," : "");
	put_hex(d->b, key, nkey);
	put(d->b, "\":\"");
	put_hex(d->b, value, nvalue);
	put(d->b, "\"");
	d->elements++;
	d->bytes += nkey + nvalue;
}

static bool all_zero(const unsigned char *p, size_t n)
{
	return !n || (!p[0] && !memcmp(p, p + 1, n - 1));
}

static void put_array(struct dump *d, const struct bpf_map_info *m, int fd, unsigned char *value, size_t size)
{
	for (__u32 i = 0; i < m->max_entries && !d->capped; i++) {
		if (i == MOST_INDICES)
			d->capped = true;
		else if (!bpf_map_lookup_elem(fd, &i, value) && !all_zero(value, size))
			put_element(d, &i, 4, value, size);
	}
}

static size_t key_size;
static int by_key(const void *a, const void *b) { return memcmp(a, b, key_size); }

static void put_hash(struct dump *d, const struct bpf_map_info *m, int fd, unsigned char *value, size_t size)
{
	unsigned char *keys = malloc((size_t)(MOST_INDICES + 1) * m->key_size), *key = NULL;
	int n = 0;

	while (n < MOST_INDICES && !bpf_map_get_next_key(fd, key, keys + (size_t)n * m->key_size))
		key = keys + (size_t)n++ * m->key_size;
	key_size = m->key_size;
	qsort(keys, n, key_size, by_key);
	for (int i = 0; i < n; i++)
		if (!bpf_map_lookup_elem(fd, keys + (size_t)i * m->key_size, value))
			put_element(d, keys + (size_t)i * m->key_size, m->key_size, value, size);
	free(keys);
}

static int on_record(void *at, void *data, size_t size)
{
	struct dump *d = at;

	if (room(d, size)) {
		put(d->b, "%s\"", d->elements++ ? "," : "");
		put_hex(d->b, data, size);
		put(d->b, "\"");
		d->bytes += size;
	}
	return 0;
}

static void put_map(struct str *b, const struct bpf_map *map, bool *first)
{
	struct bpf_map_info m = {};
	__u32 len = sizeof(m);
	int fd = bpf_map__fd(map), cpus = libbpf_num_possible_cpus();
	const char *name = bpf_map__name(map), *dot = bpf_map__is_internal(map) ? strchr(name, '.') : NULL;
	struct dump d = { .b = b };
	struct ring_buffer *ring;
	unsigned char *value;
	size_t size;

	if (fd < 0 || bpf_map_get_info_by_fd(fd, &m, &len) || (dot && (!strncmp(dot, ".rodata", 7) || !strcmp(dot, ".kconfig"))))
		return;
	size = m.value_size;
	switch (m.type) {
	case BPF_MAP_TYPE_PERCPU_ARRAY: case BPF_MAP_TYPE_PERCPU_HASH: case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		size = (size + 7) / 8 * 8 * cpus;
		break;
	case BPF_MAP_TYPE_ARRAY: case BPF_MAP_TYPE_HASH: case BPF_MAP_TYPE_LRU_HASH: case BPF_MAP_TYPE_LPM_TRIE:
	case BPF_MAP_TYPE_RINGBUF:
		break;
	default:	/* what they hold are references, or it cannot be listed */
		return;
	}
	put(b, "%s", *first ? "" : ",");
	*first = false;
	putq(b, dot ? dot : name);
	put(b, m.type == BPF_MAP_TYPE_RINGBUF ? ":{\"records\":[" : ":{\"elements\":{");
	value = calloc(1, size + 8);
	switch (m.type) {
	case BPF_MAP_TYPE_ARRAY: case BPF_MAP_TYPE_PERCPU_ARRAY:
		put_array(&d, &m, fd, value, size);
		break;
	case BPF_MAP_TYPE_RINGBUF:
		ring = ring_buffer__new(fd, on_record, &d, NULL);
		if (ring)
			ring_buffer__consume(ring);
		ring_buffer__free(ring);
		break;
	default:
		put_hash(&d, &m, fd, value, size);
	}
	put(b, "%s%s}", m.type == BPF_MAP_TYPE_RINGBUF ? "]" : "}", d.capped ? ",\"capped\":true" : "");
	free(value);
}

static void put_maps(struct str *b, const char *key, struct bpf_object *o)
{
	struct bpf_map *m;
	bool first = true;

	put(b, ",\"%s\":{", key);
	bpf_object__for_each_map(m, o)
		put_map(b, m, &first);
	put(b, "}");
}

/* ---- programs ----------------------------------------------------------- */
static struct {
	const char *file;	/* inputs */
	const char *obj;
	bool together;		/* every program of the object is loaded */
} run;

static void put_run(struct str *b, struct bpf_object *o, struct bpf_program *p, const char *name)
{
	const char *type = libbpf_bpf_prog_type_str(bpf_program__type(p));
	struct bpf_program *q;
	bool any = false;

	b->n = 0;
	put(b, "{\"obj\":");
	putq(b, run.obj);
	put_key(b, "prog", bpf_program__name(p));
	put_key(b, "prog_type", type ? type : "?");
	bpf_object__for_each_program(q, o) {
		if (q == p || bpf_program__fd(q) < 0)
			continue;
		put(b, any ? "," : ",\"with\":[");
		putq(b, bpf_program__name(q));
		any = true;
	}
	put(b, any ? "]" : "");
	put_key(b, "input", name);
}

static bool attaches_to_test(const struct bpf_program *p)
{
	const char *at = strrchr(bpf_program__section_name(p), '/');

	return at && (!strncmp(at, "/bpf_fentry_test", 16) || !strncmp(at, "/bpf_modify_return_test", 23));
}

static void run_input(struct str *b, struct bpf_object *o, struct bpf_program *p, int i, const char *wanted)
{
	static unsigned char data_out[OUT_SIZE], ctx_out[OUT_SIZE], ctx_in[OUT_SIZE];
	struct bytes *data = &inputs[i].data, *ctx = &inputs[i].ctx;
	struct bpf_program *ran = bpf_program__type(p) == BPF_PROG_TYPE_EXT ? target.p : p;
	bool in_place = bpf_program__type(ran) == BPF_PROG_TYPE_SYSCALL;
	bool is_op = !strcmp(inputs[i].class, "struct_ops");
	bool has_ctx_out = ctx->given && !in_place && !is_op && strcmp(inputs[i].class, "raw_tp");
	bool has_data_out = data->given && !is_op && strcmp(inputs[i].class, "tracing");	/* it is left alone there */
	LIBBPF_OPTS(bpf_test_run_opts, at,
		.data_in = data->given ? data->p : NULL, .data_size_in = data->n,
		.data_out = has_data_out ? data_out : NULL, .data_size_out = has_data_out ? OUT_SIZE : 0,
		.ctx_in = ctx->given ? ctx_in : NULL, .ctx_size_in = ctx->n,
		.ctx_out = has_ctx_out ? ctx_out : NULL, .ctx_size_out = has_ctx_out ? OUT_SIZE : 0);
	int err;

	memcpy(ctx_in, ctx->p, ctx->n);
	if (is_op) {	/* no data goes in: the first argument leads there */
		at.data_in = NULL, at.data_size_in = 0;
		memcpy(data_out, data->p, data->n);
		if (data->given)
			memcpy(ctx_in, &(__u64){ (unsigned long)data_out }, 8);
	}
	err = -bpf_prog_test_run_opts(bpf_program__fd(ran), &at);
	put_run(b, o, p, inputs[i].name);
	put(b, ",\"errno\":%d", err);
	if (!err) {
		put(b, ",\"retval\":%u", at.retval);
		if (has_data_out)
			put_bytes(b, "data", data_out, at.data_size_out);
		else if (is_op && data->given)
			put_bytes(b, "data", data_out, data->n);
		if (has_ctx_out)
			put_bytes(b, "ctx", ctx_out, at.ctx_size_out);
		else if (in_place && ctx->given)
			put_bytes(b, "ctx", ctx_in, ctx->n);
		put_maps(b, "maps", o);
		if (p != ran)
			put_maps(b, "target_maps", target.obj);
	}
	if (wanted && !strcmp(inputs[i].name, "retval"))
		put_key(b, "wanted", wanted);
	put(b, "}");
	flush_line(b);
}

static bool is_runnable(const struct bpf_program *p)
{
	const char *class = class_of(p);

	return class && (strcmp(class, "tracing") || attaches_to_test(p));
}

/* hears of every object that was loaded, before it is closed */
static void run_program(struct bpf_object *o, struct bpf_program *p, struct try *t)
{
	static struct str b;
	const struct spec *sp = &t->specs[t->idx];
	const char *class = class_of(p), *wanted = !sp->has_arch || sp->x86 ? sp->priv.retval : NULL;
	struct bpf_link *link = NULL;

	if (!run.file || !t->ok)
		return;
	if (t->err && !run.together)	/* a map holds programs: again, with all */
		return;
	for (int i = 0; i < nskips; i++)
		if (!strcmp(skips[i].obj, run.obj) && !strcmp(skips[i].prog, t->name))
			class = NULL;
	if (!class)
		return;
	put_run(&b, o, p, "");
	if (t->err) {
		put(&b, ",\"load_errno\":%d}", t->err);
		return flush_line(&b);
	}
	put(&b, ",\"begins\":true}");	/* whoever reads a guest's last words knows what it died of */
	flush_line(&b);
	if (!strcmp(class, "tracing") || bpf_program__type(p) == BPF_PROG_TYPE_EXT) {
		link = bpf_program__attach(p);
		if (!link) {
			put_run(&b, o, p, "");
			put(&b, ",\"attach_errno\":%d}", errno);
			return flush_line(&b);
		}
	}
	for (int i = 0; i < ninputs; i++) {
		if (strcmp(inputs[i].class, class))
			continue;
		shm->beat++;
		run_input(&b, o, p, i, wanted);
	}
	bpf_link__destroy(link);
}
