// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { type CFunction, type CReader, type CUnit, hasAttribute, loadC } from '../../src/cdecl/index.ts'

const loaded = await loadC()
if (!loaded.ok) throw new Error(loaded.fault.what)
const reader: CReader = loaded.value

function read(text: string): CUnit {
  const unit = reader.parse(text, 'x.c')
  if (!unit.ok) throw new Error(JSON.stringify(unit.fault))
  return unit.value
}
const first = (text: string) => read(text).declarations[0]!
const func = (text: string) => first(text) as CFunction

describe('declarations', () => {
  test.for([
    ['int x;', 'int'],
    ['unsigned x;', 'unsigned int'],
    ['long unsigned int x;', 'unsigned long'],
    ['long long x;', 'long long'],
    ['signed char x;', 'signed char'],
    ['_Bool x;', '_Bool'],
    ['bool x;', '_Bool'],
  ] as const)('%s has the type %s', ([text, name]) => {
    expect(first(text)).toMatchObject({ kind: 'variable', name: 'x', type: { kind: 'base', name } })
  })

  test('declarators read inside out', () => {
    expect(first('int (*table[4])(const char *name, ...);')).toMatchObject({
      name: 'table',
      type: {
        kind: 'array',
        count: 4,
        of: { kind: 'pointer', to: { kind: 'function', variadic: true, params: [{ name: 'name' }] } },
      },
    })
  })

  test('a parameter has its name, type and place', () => {
    const { type } = func('struct foo *f(int a,\n              const void *mem__opt, u32 mem__szk);')
    expect(type.params.map(({ name, place }) => [name, place.line, place.column])).toEqual([
      ['a', 1, 19],
      ['mem__opt', 2, 27],
      ['mem__szk', 2, 41],
    ])
    expect(type.ret).toEqual({ kind: 'pointer', to: { kind: 'record', tag: 'struct', name: 'foo' } })
  })

  test('macros of kernel code are attributes, not types', () => {
    const fn = func('__bpf_kfunc __weak struct foo *f(struct foo __rcu *p) __ksym;')
    expect(hasAttribute(fn, '__bpf_kfunc') && hasAttribute(fn, '__weak') && hasAttribute(fn, '__ksym')).toBe(true)
    expect(fn.type.params[0]!.type).toEqual({
      kind: 'pointer',
      to: { kind: 'tagged', tag: 'rcu', of: { kind: 'record', tag: 'struct', name: 'foo' } },
    })
  })

  test('a body is not read, only what it calls', () => {
    const fn = func(
      'static inline int f(int a)\n{ if (a) { for_each(x, y) g(a, h(1, 2)); } return container_of(a, struct t, m); }',
    )
    expect(fn.storage).toEqual(['static', 'inline'])
    expect(fn.body?.calls.map(({ callee, args }) => [callee, args.length])).toEqual([
      ['for_each', 2],
      ['g', 2],
      ['h', 2],
      ['container_of', 3],
    ])
  })

  test('sets of kfuncs are reported as macros, with their arguments', () => {
    const { macros } = read(
      'BTF_KFUNCS_START(set)\nBTF_ID_FLAGS(func, f, KF_ACQUIRE | KF_RET_NULL)\nBTF_KFUNCS_END(set)\nint x;',
    )
    expect(macros.map(({ name, args }) => [name, args])).toEqual([
      ['BTF_KFUNCS_START', ['set']],
      ['BTF_ID_FLAGS', ['func', 'f', 'KF_ACQUIRE | KF_RET_NULL']],
      ['BTF_KFUNCS_END', ['set']],
    ])
  })

  test('an initializer gives its designated fields', () => {
    const text = 'static const struct btf_kfunc_id_set s = { .owner = THIS_MODULE, .set = &set };'
    expect(first(text)).toMatchObject({
      initializer: {
        fields: [
          { name: 'owner', value: 'THIS_MODULE' },
          { name: 'set', value: '&set' },
        ],
      },
    })
  })

  test('#define and enum give array sizes and bitfield widths', () => {
    const text =
      '#define N (2 * M)\n#define M 3\nenum { A = 1 << 4, B };\nstruct s { int a[N]; int b[B]; int c : M; int : 5; };'
    const unit = read(text)
    const tag = unit.declarations.find((each) => each.name === 's')
    expect(tag?.type).toMatchObject({
      definition: { members: [{ type: { count: 6 } }, { type: { count: 17 } }, { bits: 3 }, { name: '', bits: 5 }] },
    })
  })

  test('of #if and #else the first branch is read; #if 0 is not', () => {
    const names = read(
      '#ifdef A\nint a;\n#else\nint b;\n#endif\n#if 0\nint c;\n#else\nint d;\n#endif',
    ).declarations.map(({ name }) => name)
    expect(names).toEqual(['a', 'd'])
  })
})

describe('kernel-doc', () => {
  const text = `/**
 * foo_get() - gets a foo
 * @id: which one,
 *      by number
 * @flags: none yet
 *
 * Some prose.
 *
 * Deprecated: use foo_find() instead.
 * Return: a foo, or NULL
 */
__bpf_kfunc struct foo *foo_get(int id, int flags);`

  test('gives name, summary, parameters, return and deprecation', () => {
    expect(func(text).doc).toMatchObject({
      name: 'foo_get',
      summary: 'gets a foo',
      params: [
        { name: 'id', text: 'which one,\nby number', place: { line: 3 } },
        { name: 'flags', text: 'none yet' },
      ],
      description: 'Some prose.',
      deprecated: 'use foo_find() instead.',
      returns: 'a foo, or NULL',
    })
  })

  test('belongs to the declaration right behind it, and to no other', () => {
    const unit = read(`${text}\nint other;`)
    expect(unit.declarations.map(({ doc }) => doc?.name)).toEqual(['foo_get', undefined])
  })
})

describe('what is no C is a fault with a place', () => {
  test.for([
    ['int x', 1, "syntax error: ';' is missing"],
    ['int a;\nint f(int,);', 2, "syntax error at ','"],
    ['int a;\n\nstrct foo *f(int a);', 3, "syntax error at 'foo'"],
    ['struct s { int a;', 1, "'{' is never closed"],
    ['int f(int a));', 1, "')' closes nothing"],
    ['int f(int a];', 1, "']' closes nothing; '(' of line 1 is open"],
    ['/* no end', 1, 'comment without an end'],
    ['char *s = "no end;\n', 1, 'string literal without an end'],
    ['int a[N];', 1, "cannot work out the array size 'N'"],
    ['#if 1\nint a;', 1, '#if without #endif'],
    ['#endif', 1, '#endif without #if'],
    ['struct s { int a : x; };', 1, "cannot use the bitfield width ': x'"],
    ['int \0;', 1, 'a NUL character in C text'],
  ] as const)('%j: line %i: %s', ([text, line, what]) => {
    const unit = reader.parse(text, 'x.c')
    expect(unit).toMatchObject({ ok: false, fault: { what, place: { file: 'x.c', line } } })
  })

  test('with tolerant, the rest is read and the problem kept', () => {
    const unit = reader.parse('int a;\nint f(int,);\nint b;', 'x.c', { tolerant: true })
    if (!unit.ok) throw new Error(unit.fault.what)
    expect(unit.value.declarations.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(unit.value.problems).toMatchObject([{ place: { line: 2 } }])
  })
})
