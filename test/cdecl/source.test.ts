// SPDX-License-Identifier: Apache-2.0
// What the bodies of functions say: statements over several lines, conditions, masks.
import { expect, test } from 'vitest'
import { type CFunctionText, loadC } from '../../src/cdecl/index.ts'

const loaded = await loadC()
if (!loaded.ok) throw new Error(loaded.fault.what)
const reader = loaded.value

function functions(text: string): readonly CFunctionText[] {
  const source = reader.source(text, 'x.c')
  if (!source.ok) throw new Error(source.fault.what)
  return source.value.functions
}
const only = (text: string): CFunctionText => functions(text)[0]!
const told = ({ first, last, text }: { first: number; last: number; text: string }) => `${first}-${last} ${text}`

test('a function has its name, its parameters and its lines, behind the macros of libbpf too', () => {
  const text = `SEC("xdp")
int first(struct xdp_md *ctx)
{
	return 2;
}
SEC("tp_btf/sched_switch")
int BPF_PROG(second, bool preempt, struct task_struct *prev)
{
	return 0;
}
static __always_inline __u32 third(const void *data __arg_nonnull, __u8 key[16], int (*f)(int a))
{
	return 1;
}`
  expect(functions(text).map(({ name, params, first, last }) => [name, params, first, last])).toEqual([
    ['first', ['ctx'], 2, 5],
    ['second', ['preempt', 'prev'], 7, 10],
    ['third', ['data', 'key', 'a'], 11, 14],
  ])
})

test('a statement is told whole, without its comments; of one that holds others the head', () => {
  const { statements } = only(`int f(void)
{
	long n = bpf_probe_read_kernel(buf, /* all */
				       sizeof(buf),
				       p);

	if (n < 0 ||
	    n > 64)
		return n;
	for (int i = 0; i < 4; i++) {
		g(i,
		  n);
	}
}`)
  expect(statements.map(told)).toEqual([
    '3-5 long n = bpf_probe_read_kernel(buf, sizeof(buf), p);',
    '7-8 if (n < 0 || n > 64)',
    '9-9 return n;',
    '10-10 for (int i = 0; i < 4; i++)',
    '10-10 int i = 0;',
    '11-12 g(i, n);',
  ])
})

test('a condition is an operand of && and ||, with the variables that it names', () => {
  const { conditions } = only(`int f(struct x *s, int i)
{
	if (unlikely(i >= MAX) || !(s->len > 3 && s))
		return s->kind == g("a b", i) ? 1 : 2;
	do { i++; } while (i < s->n);
}`)
  expect(conditions.map(({ text, names, operator, right }) => [text, [...names], operator, right])).toEqual([
    ['i >= MAX', ['i', 'MAX'], '>=', 'MAX'],
    ['s->len > 3', ['s'], '>', '3'],
    ['s', ['s'], undefined, undefined],
    ['s->kind == g("a b", i)', ['s', 'i'], '==', 'g("a b", i)'],
    ['i < s->n', ['i', 's'], '<', 's->n'],
  ])
})

test('masks and remainders', () => {
  const { narrowings } = only('int f(int i) {\n\ti &= 15;\n\tx = y[i & (N - 1)] + z % 7 + (a && b);\n}')
  expect(narrowings.map(told)).toEqual(['2-2 i &= 15', '3-3 i & (N - 1)', '3-3 z % 7'])
})

test('loops of macros are loops; what no grammar knows costs no more than itself', () => {
  const one = only(`int f(void)
{
	int i;

	bpf_for(i, 0, 10) {
		if (i > 3)
			break;
	}
	asm volatile goto("r1 = %[x] ll" :: __imm_addr(x) : "r1" : out);
	bpf_for_each(task, t, NULL, BPF_TASK_ITER_ALL_PROCS) {
		n += t->pid;
	}
out:
	return n;
}`)
  expect(one.conditions.map(told)).toContain('6-6 i > 3')
  expect(one.statements.map(told)).toEqual(expect.arrayContaining(['11-11 n += t->pid;', '14-14 return n;']))
})

test('what a function returns, as far as its text tells', () => {
  const text = `static void a(int x) { }
struct x *b(void) { return 0; }
static __always_inline bool c(void) { return 1; }
int BPF_PROG(d, int x) { return 0; }`
  expect(functions(text).map(({ returns }) => returns)).toEqual(['nothing', 'pointer', 'boolean', 'other'])
})

test('variables that are given a value nowhere', () => {
  const { unset } = only(`int f(void)
{
	int never, *neither, set, taken, counted, looped, each;
	struct x whole, *deep;
	int given = 1;

	set = never + *neither;
	g(&taken);
	counted++;
	bpf_for(looped, 0, 3) { }
	bpf_for_each(num, each, 0, 3) { }
	whole.a = deep->a;
}`)
  expect(unset.map(({ name, first }) => [name, first])).toEqual([
    ['never', 3],
    ['neither', 3],
    ['deep', 4],
  ])
})

test('branches that the preprocessor leaves out are not read; lines stay', () => {
  const { conditions } = only('int f(int i) {\n#if 0\n\tif (i > 1) return 1;\n#else\n\tif (i > 2) return 2;\n#endif\n}')
  expect(conditions.map(told)).toEqual(['5-5 i > 2'])
})

test.for([
  ['brackets that do not match', 'int f(void) { if (a }', 'closes nothing'],
  ['a string without an end', 'int f(void) { g("x); }', 'without an end'],
  ['text too long', ' '.repeat((4 << 20) + 1), 'characters'],
])('%s: a fault', ([, text, what]) => {
  const source = reader.source(text!, 'x.c')
  expect(source.ok ? 'ok' : source.fault.what).toContain(what)
})

test('a body of a hundred thousand brackets ends in time', () => {
  const body = `if (${'a && '.repeat(50_000)}a) { }`
  expect(only(`int f(void) { ${body} }`).conditions.length).toBeLessThanOrEqual(50_001)
})

// each would take minutes if any pass looked at a place more than a few times
test.for([
  ['a name of a million letters', `int ${'a'.repeat(1 << 20)} f(void) { return 1; }`],
  ['a run of spaces', `int f(void) { x = 1 +${' '.repeat(200_000)}2; }`],
  ['a name of loops', `int f(void) { int a; ${'for'.repeat(80_000)}; }`],
  ['ten thousand declarations', `int f(void) { ${'int a; '.repeat(10_000)} }`],
  [
    'calls within calls',
    `int f(void) { ${'abcdef('.repeat(100)}1${')'.repeat(100)}; ${'loop(a '.repeat(90)}${')'.repeat(90)} }`,
  ],
])('%s is read at once', ([, text]) => {
  const [one] = functions(text!)
  expect(one!.statements.length + one!.unset.length).toBeGreaterThan(0)
})
