// SPDX-License-Identifier: Apache-2.0
// Definitions accepted and refused. Rules are those of kfuncs.rst and of what Linux 6.12 checks when a set is registered.
import { describe, expect, test } from 'vitest'
import {
  argumentRules,
  checkModule,
  defineModule,
  flagRules,
  iteratorRules,
  type ModuleDefinition,
  moduleRules,
} from '../../../src/kfunc/index.ts'

const xdp = (...names: string[]) => ({ BPF_PROG_TYPE_XDP: names })
/** A module of one kfunc `f`, which the C text declares after `struct obj`. */
const one = (prototype: string, flags?: string): ModuleDefinition => ({
  name: 'm',
  c: `struct obj { u64 id; };\n${prototype};`,
  register: xdp('f'),
  ...(flags === undefined ? {} : { flags: { f: flags } }),
})
const iterator = (
  change: Partial<Record<'struct' | 'new' | 'next' | 'destroy' | 'flags', string>>,
): ModuleDefinition => ({
  name: 'm',
  c: [
    change.struct ?? 'struct bpf_iter_t { u64 at; };',
    change.new ?? 'int bpf_iter_t_new(struct bpf_iter_t *it, u32 n);',
    change.next ?? 'int *bpf_iter_t_next(struct bpf_iter_t *it);',
    change.destroy ?? 'void bpf_iter_t_destroy(struct bpf_iter_t *it);',
  ].join('\n'),
  register: xdp('bpf_iter_t_new', 'bpf_iter_t_next', 'bpf_iter_t_destroy'),
  flags: {
    bpf_iter_t_new: 'KF_ITER_NEW',
    bpf_iter_t_next: change.flags ?? 'KF_ITER_NEXT | KF_RET_NULL',
    bpf_iter_t_destroy: 'KF_ITER_DESTROY',
  },
})
const obj = 'struct obj { u64 id; };\nvoid f(struct obj *o);\n'
const module = (c: string, more: Partial<ModuleDefinition> = {}): ModuleDefinition => ({
  name: 'm',
  c: obj + c,
  register: xdp('f'),
  ...more,
})

describe('accepted', () => {
  test.for([
    ['a scalar', one('int f(u32 a, enum bpf_x x)'.replace(', enum bpf_x x', ''))],
    ['memory with its size', one('int f(void *mem, u32 mem__sz)')],
    ['memory with its constant size, maybe NULL', one('int f(const void *mem__opt, u32 mem__szk)')],
    ['a void pointer that the verifier ignores', one('int f(void *aux__ign)')],
    ['a map', one('int f(void *map__map)')],
    ['a string', one('int f(const char *name__str)')],
    ['an acquire', one('struct obj *f(u64 id)', 'KF_ACQUIRE | KF_RET_NULL')],
    ['a release', one('void f(struct obj *o)', 'KF_RELEASE')],
    ['a release of an allocated object', one('void f(void *o__alloc)', 'KF_RELEASE')],
    ['a struct that only a kernel knows', one('int f(struct task_struct *t)', 'KF_TRUSTED_ARGS')],
    ['a typedef that only a kernel knows', one('int f(cpumask_t *mask)')],
    ['an iterator', iterator({})],
    ['a destructor', module('void gone(void *o);', { dtors: { obj: 'gone' } })],
    ['a no-cast alias', module('struct obj___init { struct obj o; };', { aliases: { obj___init: 'obj' } })],
    [
      'flags in the C text',
      {
        ...module(
          'struct obj *g(u64 id);\nBTF_KFUNCS_START(s)\nBTF_ID_FLAGS(func, g, KF_ACQUIRE | KF_RET_NULL)\nBTF_KFUNCS_END(s)',
        ),
        register: xdp('f', 'g'),
      },
    ],
    ['a deprecated one', one('int f(u32 a)', 'KF_DEPRECATED'.replace('KF_DEPRECATED', 'KF_SLEEPABLE'))],
    [
      'two types that share a hook, in one registration',
      { ...module(''), register: [{ types: ['BPF_PROG_TYPE_TRACING', 'BPF_PROG_TYPE_LSM'], kfuncs: ['f'] }] },
    ],
  ] as const)('%s', async ([, definition]) => {
    const result = await checkModule(definition)
    expect(result.ok ? result.value.map(({ rule, fault }) => `${rule}: ${fault.what}`) : result.fault).toEqual([])
    expect((await defineModule(definition)).ok).toBe(true)
  })
})

const refused: readonly (readonly [rule: string, line: number | undefined, definition: ModuleDefinition])[] = [
  ['void-pointer-needs-size', 2, one('int f(void *mem)')],
  ['void-pointer-needs-size', 2, one('int f(const void *mem, u32 size)')],
  ['size-follows-pointer', 2, one('int f(u32 mem__sz)')],
  ['size-follows-pointer', 2, one('int f(u64 mem, u32 mem__sz)')],
  ['sized-pointer-is-memory', 2, one('int f(struct obj **list, u32 list__sz)')],
  ['annotation-fits-type', 2, one('int f(u32 name__str)')],
  ['annotation-fits-type', 2, one('int f(struct obj *o__k)')],
  ['annotation-is-known', 2, one('int f(struct obj *mem, u32 mem__size)')],
  ['annotation-is-known', 2, one('int f(struct obj *o__nullabel)')],
  ['opt-has-size', 2, one('int f(struct obj *o__opt)')],
  ['str-is-char-pointer', 2, one('int f(const u64 *name__str)')],
  ['at-most-five-arguments', 2, one('int f(int a, int b, int c, int d, int e, int g)')],
  ['at-most-five-arguments', 2, one('int f(int a, ...)')],
  ['argument-fits-register', 2, one('int f(double d)')],
  ['argument-fits-register', 2, one('int f(struct obj o)')],
  ['argument-fits-register', 2, one('struct obj f(void)')],
  ['parameter-names-differ', 2, one('int f(int)')],
  ['parameter-names-differ', 2, one('int f(int a, int a)')],
  ['returned-memory-has-size', 2, one('void *f(u32 n)')],
  ['returned-memory-has-size', 2, one('void *f(const int rdonly_buf_size)')],
  ['flag-is-known', 2, one('int f(u32 a)', 'KF_AQUIRE')],
  ['acquire-returns-pointer', 2, one('int f(u64 id)', 'KF_ACQUIRE')],
  ['acquire-returns-pointer', 2, one('u64 *f(u64 id)', 'KF_ACQUIRE')],
  ['release-takes-reference', 2, one('void f(u64 id)', 'KF_RELEASE')],
  ['release-takes-reference', 2, one('void f(void *mem, u32 mem__sz)', 'KF_RELEASE')],
  ['ret-null-is-pointer', 2, one('int f(u64 id)', 'KF_RET_NULL')],
  ['trusted-args-has-pointer', 2, one('int f(u64 id)', 'KF_TRUSTED_ARGS')],
  ['sleepable-or-rcu-protected', 2, one('int f(u64 id)', 'KF_SLEEPABLE | KF_RCU_PROTECTED')],
  ['deprecation-is-documented', 2, one('int f(u64 id)', 'KF_DEPRECATED')],
  ['iterator-has-one-role', 3, iterator({ flags: 'KF_ITER_NEXT | KF_ITER_NEW | KF_RET_NULL' })],
  ['iterator-comes-first', 3, iterator({ next: 'int *bpf_iter_t_next(u32 it);' })],
  ['iterator-comes-first', 1, iterator({ struct: 'struct bpf_iter_t { u32 at; };' })],
  ['iterator-comes-first', 2, iterator({ struct: 'struct bpf_iter_t;' })],
  ['iterator-comes-first', 3, iterator({ next: 'int *bpf_iter_t_next(struct bpf_iter_t *it, int more);' })],
  [
    'iterator-is-named',
    2,
    {
      ...iterator({ new: 'int bpf_iter_t_make(struct bpf_iter_t *it);' }),
      register: xdp('bpf_iter_t_make'),
      flags: { bpf_iter_t_make: 'KF_ITER_NEW' },
    },
  ],
  ['iterator-returns', 3, iterator({ next: 'int bpf_iter_t_next(struct bpf_iter_t *it);' })],
  ['iterator-returns', 3, iterator({ flags: 'KF_ITER_NEXT' })],
  ['iterator-returns', 4, iterator({ destroy: 'int bpf_iter_t_destroy(struct bpf_iter_t *it);' })],
  [
    'iterator-is-whole',
    2,
    {
      ...iterator({}),
      register: xdp('bpf_iter_t_new', 'bpf_iter_t_next'),
      flags: { bpf_iter_t_new: 'KF_ITER_NEW', bpf_iter_t_next: 'KF_ITER_NEXT | KF_RET_NULL' },
    },
  ],
  [
    'iterator-has-constructor',
    4,
    { ...iterator({}), register: xdp('bpf_iter_t_destroy'), flags: { bpf_iter_t_destroy: 'KF_ITER_DESTROY' } },
  ],
  ['module-has-name', undefined, { ...one('int f(u32 a)'), name: 'no name' }],
  ['module-registers-something', undefined, { ...one('int f(u32 a)'), register: {} }],
  ['kfunc-is-declared', undefined, { ...one('int f(u32 a)'), register: xdp('f', 'g') }],
  ['kfunc-is-declared', undefined, { ...one('int f(u32 a)'), flags: { ff: 'KF_SLEEPABLE' } }],
  ['kfunc-is-declared-once', 3, one('int f(u32 a);\nint f(u32 a)')],
  ['kfunc-is-declared-once', 2, one('static int f(u32 a)')],
  ['kfunc-is-registered', 3, module('__bpf_kfunc int g(u32 a);')],
  ['kfunc-is-registered', 3, module('int g(u32 a);', { flags: { g: 'KF_SLEEPABLE' } })],
  ['kfunc-is-registered-once', undefined, { ...one('int f(u32 a)'), register: xdp('f', 'f') }],
  [
    'one-set-per-hook',
    undefined,
    { ...one('int f(u32 a)'), register: { BPF_PROG_TYPE_TRACING: ['f'], BPF_PROG_TYPE_LSM: ['f'] } },
  ],
  ['program-type-takes-kfuncs', undefined, { ...one('int f(u32 a)'), register: { XDP: ['f'] } as never }],
  ['program-type-takes-kfuncs', undefined, { ...one('int f(u32 a)'), register: { BPF_PROG_TYPE_SK_LOOKUP: ['f'] } }],
  [
    'filter-is-defined',
    undefined,
    { ...one('int f(u32 a)'), register: [{ types: ['BPF_PROG_TYPE_XDP'], kfuncs: ['f'], filter: 'nobody' }] },
  ],
  ['filter-is-defined', undefined, { ...one('int f(u32 a)'), filters: { unused: () => true } }],
  ['destructor-fits', 3, module('int gone(void *o);', { dtors: { obj: 'gone' } })],
  ['destructor-fits', 3, module('void gone(void *o, int a);', { dtors: { obj: 'gone' } })],
  ['destructor-fits', 3, module('void gone(u64 o);', { dtors: { obj: 'gone' } })],
  ['destructor-fits', 3, module('struct other { int a; }; void gone(struct other *o);', { dtors: { obj: 'gone' } })],
  ['destructor-fits', undefined, module('void gone(void *o);', { dtors: { nothing: 'gone' } })],
  ['alias-is-equivalent', 3, module('struct obj___init { u32 other; };', { aliases: { obj___init: 'obj' } })],
  [
    'alias-is-equivalent',
    3,
    module('struct obj___init { struct obj o; u64 more; };', { aliases: { obj___init: 'obj' } }),
  ],
  ['alias-is-equivalent', 3, module('struct new___init { struct obj o; };', { aliases: { new___init: 'obj' } })],
  ['deprecated-is-kfunc', 3, module('int g(u32 a);', { deprecated: { g: { since: '1' } } })],
]

describe('refused', () => {
  test.for(refused)('%s (line %s)', async ([rule, line, definition]) => {
    const result = await checkModule(definition)
    if (!result.ok) throw new Error(JSON.stringify(result.fault))
    const found = result.value.find((each) => each.rule === rule)
    expect(result.value.map((each) => each.rule)).toContain(rule)
    expect(found?.fault.place.line).toBe(line)
    expect(found?.fault.place.file).toBe(`${definition.name}.c`)
    expect(found?.fault.hint).toContain(found?.sentence)
    const defined = await defineModule(definition)
    expect(defined.ok).toBe(false)
  })

  test('every rule has a definition that breaks it', () => {
    const rules = [...moduleRules, ...flagRules, ...iteratorRules, ...argumentRules].map(({ name }) => name)
    expect(rules.filter((name) => !refused.some(([rule]) => rule === name))).toEqual([])
    expect(new Set(rules).size).toBe(rules.length)
  })

  test('a misspelt name gets a suggestion', async () => {
    const result = await defineModule(one('struct obj *f(u64 id)', 'KF_AQUIRE'))
    expect(result.ok ? '' : result.fault.hint).toContain('did you mean KF_ACQUIRE?')
  })

  test('C that cannot be read is a fault of the text', async () => {
    const result = await defineModule(one('int f(u32 a'))
    expect(result).toMatchObject({ ok: false, fault: { place: { file: 'm.c', line: 2 } } })
  })
})
