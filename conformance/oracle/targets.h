/* SPDX-License-Identifier: MIT */
/* Programs that take the place of a function of another program (freplace), or trace one.  A list may name files NAME.ext with lines
 *   OBJ TARGET PROG [FUNC]
 * the programs of OBJ are judged with PROG of TARGET, loaded before, as the program that they attach to: its function FUNC, or the
 * one that their sections name.  With -R they are attached, and PROG is run instead of them.
 */
static struct {
	const char *path, *prog, *func;
	char *shown;			/* OBJ>TARGET:PROG */
	struct bpf_object *obj;
	struct bpf_program *p;
} target;

static bool is_extensions(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && !strcmp(path + n - 4, ".ext");
}

/* anew, so on fresh maps; libbpf says why not */
static bool load_target(void)
{
	struct bpf_program *q;

	bpf_object__close(target.obj);
	target.obj = bpf_object__open_file(target.path, NULL);
	target.p = target.obj ? bpf_object__find_program_by_name(target.obj, target.prog) : NULL;
	if (!target.p)
		return false;
	bpf_object__for_each_program(q, target.obj)
		bpf_program__set_autoload(q, q == target.p);
	if (!bpf_object__load(target.obj))
		return true;
	bpf_object__close(target.obj);
	target.obj = NULL;
	return false;
}

static bool attaches_to_program(const struct bpf_program *p)
{
	return target.obj && (bpf_program__type(p) == BPF_PROG_TYPE_EXT || bpf_program__type(p) == BPF_PROG_TYPE_TRACING);
}
