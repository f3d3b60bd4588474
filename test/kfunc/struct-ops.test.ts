// SPDX-License-Identifier: Apache-2.0
// What is refused of a struct_ops declaration, beside what is taken.
import { expect, test } from 'vitest'
import { checkModule, defineModule, type ModuleDefinition, unwrap } from '../../src/index.ts'

const module = (c: string, rest: Partial<ModuleDefinition> = {}): ModuleDefinition => ({
  name: 'own',
  c: `struct job { int id; u64 spent; };\n${c}`,
  register: {},
  structOps: { ops: {} },
  ...rest,
})
const many = (count: number): string => Array.from({ length: count }, (_, i) => `int m${i};`).join(' ')
const params = (count: number): string => Array.from({ length: count }, (_, i) => `int p${i}`).join(', ')
const typed = 'struct ops { int (*run)(struct job *job); };'

test.for<[string, string, Partial<ModuleDefinition>?]>([
  ['plain', typed],
  [
    'through typedefs',
    'typedef int run_fn(struct job *job__nullable); typedef run_fn *run_ptr; struct ops { run_ptr run; };',
  ],
  ['64 members', `struct ops { ${many(64)} };`],
  ['twelve arguments', `struct ops { int (*run)(${params(12)}); };`],
  ['a stub of the author', `${typed} int ops__run(struct job *job__nullable);`],
  ['a field written', typed, { structOps: { ops: { writes: { job: ['spent'] } } } }],
])('%s is taken', async ([, c, rest]) => {
  expect(unwrap(await checkModule(module(c, rest)))).toEqual([])
})

test.for<[string, string, Partial<ModuleDefinition>?]>([
  ['structOps names struct ops, which the C text does not define — did you mean opts?', 'struct opts { int a; };'],
  ['struct ops has 65 members: more than 64', `struct ops { ${many(65)} };`],
  ['struct ops has a member without a name', 'struct ops { union { int a; int b; }; };'],
  ['member a of struct ops is a bit field', 'struct ops { int a : 3; };'],
  ['ops.run takes more than 12 arguments', `struct ops { int (*run)(${params(13)}); };`],
  ['ops.run takes any number of arguments', 'struct ops { int (*run)(int a, ...); };'],
  ['ops.run returns more than a register holds', 'struct ops { struct job (*run)(void); };'],
  ['count__nullable of ops.run is not a pointer to a struct', 'struct ops { int (*run)(int *count__nullable); };'],
  ['ops__run has 2 parameters, ops.run 1', `${typed} int ops__run(struct job *job, int more);`],
  ['struct ops has no function rum', typed, { structOps: { ops: { members: { rum: {} } } } }],
  [
    'ops.run may call go, which is not registered for BPF_PROG_TYPE_STRUCT_OPS',
    `${typed} __bpf_kfunc int go(void);`,
    { register: { BPF_PROG_TYPE_XDP: ['go'] }, structOps: { ops: { members: { run: { kfuncs: ['go'] } } } } },
  ],
  [
    'writes names job.cost, which the C text does not have',
    typed,
    { structOps: { ops: { writes: { job: ['cost'] } } } },
  ],
])('refused: %s', async ([what, c, rest]) => {
  const [first] = unwrap(await checkModule(module(c, rest)))
  const { fault } = first!
  expect(`${fault.what}${/did you mean \w+\?/.exec(fault.hint ?? '')?.[0].replace(/^/, ' — ') ?? ''}`).toContain(what)
  expect(await defineModule(module(c, rest))).toMatchObject({ ok: false })
})

test('a definition with a word that is none is refused with its name', async () => {
  expect(await defineModule(module(typed, { structOps: { ops: { helper: 'base' } as never } }))).toMatchObject({
    ok: false,
    fault: { what: expect.stringContaining("unknown field 'helper'") },
  })
})
