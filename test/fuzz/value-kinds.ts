// SPDX-License-Identifier: Apache-2.0
// Definitions of modules and their C text, spoilt as values: JSON, JavaScript, C.
import { readFileSync } from 'node:fs'
import { cdeclToBtf } from '../../src/cdecl/index.ts'
import { deprecationText } from '../../src/explain/index.ts'
import {
  callerWords,
  checkModule,
  defineModule,
  describeKfunc,
  type ModuleDefinition,
  parseModuleJson,
} from '../../src/kfunc/index.ts'
import { type Kernel, withModule } from '../../src/kernel/index.ts'
import { nasty } from '../text/nasty.ts'
import { extremes } from './mutate.ts'
import { expectFault, type Good, judge, type Kind, one, type Pick, type World } from './world.ts'

const header = readFileSync('examples/modules/contract.h', 'utf8')
const everywhere = [...header.matchAll(/\b((?:kc|bpf_iter)_\w+)\(/g)]
  .map(([, name]) => name!)
  .filter((name) => !/dtor|xdp|filtered/.test(name))
/** The module of contract.h, as far as its declarations tell it. */
const contract = {
  name: 'kfuncs_contract',
  c: header,
  file: 'contract.h',
  flags: {
    kc_nullable: 'KF_TRUSTED_ARGS',
    kc_acquire: 'KF_ACQUIRE | KF_RET_NULL',
    kc_release: ['KF_RELEASE'],
    bpf_iter_kc_new: 'KF_ITER_NEW',
    bpf_iter_kc_next: 'KF_ITER_NEXT | KF_RET_NULL',
    bpf_iter_kc_destroy: 'KF_ITER_DESTROY',
    kc_old: 'KF_DEPRECATED',
  },
  register: [
    { types: ['BPF_PROG_TYPE_SCHED_CLS', 'BPF_PROG_TYPE_SYSCALL'], kfuncs: [...new Set(everywhere)], set: 'kc_set' },
    { types: ['BPF_PROG_TYPE_XDP'], kfuncs: ['kc_xdp_only'], set: 'kc_xdp_set' },
    { types: ['BPF_PROG_TYPE_TRACING'], kfuncs: ['kc_filtered'], set: 'kc_filtered_set', filter: 'kc_filter' },
  ],
  filters: { kc_filter: { attachTypes: ['BPF_TRACE_FENTRY'] } },
  dtors: { kc_obj: 'kc_release_dtor' },
  aliases: { kc_obj___init: 'kc_obj', kc_outer: 'kc_obj' },
  deprecated: { kc_old: { since: '1.0', removal: '1.2', replacement: 'kc_k' } },
} satisfies ModuleDefinition
const host: unknown = JSON.parse(readFileSync('examples/modules/host.json', 'utf8'))
const callers: readonly Good[] = ['flags', 'types', 'annotations'].map((name) => {
  const path = `examples/modules/${name}.bpf.o`
  return { name: path, bytes: readFileSync(path) }
})

const words = [
  'struct',
  'union',
  'enum',
  'typedef',
  'int',
  'void',
  'const',
  '*',
  '**',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  '[4]',
  ';',
  ',',
  ':',
  '3',
  '=',
  '...',
  '0x7fffffff',
  '-1',
  '__bpf_kfunc',
  '__attribute__((packed))',
  '__attribute__((aligned(1 << 30)))',
  '__rcu',
  'p__sz',
  'it__iter',
  'KF_ACQUIRE',
  'BTF_ID_FLAGS(func, f, KF_RELEASE)',
  '#if 0\n',
  '#endif\n',
  '#define N 4\n',
  '/*',
  '*/',
  '//',
  '\\\n',
  '"',
  "'",
  '\0',
  'u64',
  'bool',
  'long long',
  'unsigned',
  'sizeof(int)',
  '1 << 31',
  '_Static_assert',
  'static',
  'inline',
  'extern',
  'constructor',
  nasty,
] // prettier-ignore

function spoiltText(text: string, pick: Pick): string {
  let so = text
  for (let left = 1 + pick(6); left > 0; left--) {
    const at = pick(so.length + 1)
    const way = pick(5)
    if (way === 0) so = so.slice(0, at) + one(pick, words) + so.slice(at)
    else if (way === 1) so = so.slice(0, at) + so.slice(at + pick(40))
    else if (way === 2) so = so.slice(0, at) + so.slice(pick(so.length), pick(so.length)) + so.slice(at)
    else if (way === 3) so = so.slice(0, at) + String.fromCharCode(pick(pick(2) === 0 ? 128 : 65536)) + so.slice(at + 1)
    else so = so.slice(0, at) + one(pick, words).repeat(one(pick, [2, 30, 200])) + so.slice(at)
  }
  return so
}

/** Is it a kernel that everything can be asked of? */
export function tour(kernel: Kernel, pick: Pick): void {
  for (const kfunc of [...kernel.kfuncs.values()].slice(0, 40)) {
    describeKfunc(kfunc, { trustedByDefault: kernel.gate('kfunc-trusted-by-default') })
    callerWords(kfunc)
    if (kfunc.deprecated !== undefined) deprecationText(kfunc.deprecated)
  }
  judge(one(pick, callers), kernel, pick)
}

async function defined(world: World, definition: ModuleDefinition, pick: Pick): Promise<void> {
  const kernel = one(pick, world.kernels)
  const options = { reader: world.c, ...(pick(2) === 0 ? { base: kernel.btf } : {}) }
  const all = await checkModule(definition, options)
  if (all.ok) for (const { fault } of all.value) expectFault(fault)
  const module = await defineModule(definition, options)
  if (!module.ok) return expectFault(module.fault)
  const extended = withModule(kernel, module.value)
  if (!extended.ok) return expectFault(extended.fault)
  tour(extended.value, pick)
}

/** C text: words moved, doubled, left out, out of place. */
export const c: Kind = (world, pick) => {
  const text = spoiltText(contract.c, pick)
  return {
    what: `C ${JSON.stringify(text).slice(0, 200)}`,
    run: () => {
      for (const tolerant of [false, true]) {
        const unit = world.c.parse(text, 'fuzz.c', { tolerant })
        if (!unit.ok) expectFault(unit.fault)
        else {
          const btf = cdeclToBtf(unit.value, { name: 'fuzz' })
          if (!btf.ok) expectFault(btf.fault)
        }
      }
      return defined(world, { ...contract, c: text }, pick)
    },
  }
}

const odd = (pick: Pick): unknown =>
  one(pick, [
    null,
    true,
    '',
    'x',
    nasty,
    'constructor',
    '__proto__',
    0,
    -1,
    1.5,
    1e300,
    [],
    {},
    [[]],
    [{}],
    { a: {} },
    one(pick, extremes),
    'KF_ACQUIRE',
    'BPF_PROG_TYPE_XDP',
    ['f'],
  ])

/** A tree of values with some of them changed, at any depth. `other` makes what comes in. */
export function spoiltTree(value: unknown, pick: Pick, other: (pick: Pick) => unknown): unknown {
  if (pick(12) === 0) return other(pick)
  if (Array.isArray(value)) {
    const kept = value.filter(() => pick(20) !== 0)
    if (pick(12) === 0) kept.push(pick(2) === 0 ? other(pick) : one(pick, [...value, null]))
    return kept.map((each) => (pick(4) === 0 ? spoiltTree(each, pick, other) : each))
  }
  if (typeof value !== 'object' || value === null) return pick(6) === 0 ? other(pick) : value
  const known = entriesOf(value)
  if (known === undefined) return value
  const entries = known
    .filter(() => pick(15) !== 0)
    .map(([key, each]): [string, unknown] => [
      pick(20) === 0 ? one(pick, ['', nasty, 'constructor', '__proto__', 'toString', '0']) : key,
      pick(3) === 0 ? spoiltTree(each, pick, other) : each,
    ])
  return Object.fromEntries(entries)
}

/** Nothing where it is one of our own that throws. */
function entriesOf(value: object): [string, unknown][] | undefined {
  try {
    return Object.entries(value)
  } catch {
    return undefined
  }
}

/** A definition as JSON: its tree, or its text. */
export const json: Kind = (world, pick) => {
  const tree = spoiltTree(pick(2) === 0 ? host : contract, pick, odd)
  const whole = JSON.stringify(tree) ?? ''
  const text = pick(4) === 0 ? spoiltText(whole, pick) : whole
  return {
    what: `JSON ${text.slice(0, 200)}`,
    run: () => {
      const parsed = parseModuleJson(text, 'host.json')
      return parsed.ok ? defined(world, parsed.value, pick) : expectFault(parsed.fault)
    },
  }
}

const thrower = (): never => {
  throw new Error(nasty)
}

function odder(pick: Pick): unknown {
  const way = pick(16)
  if (way === 0) return thrower
  if (way === 1) return Symbol(nasty)
  if (way === 2) return 10n
  if (way === 3) return new Proxy({}, { get: thrower, ownKeys: thrower, has: thrower, getPrototypeOf: thrower })
  if (way === 4) return Object.defineProperty({}, 'types', { get: thrower, enumerable: true })
  if (way === 5) return () => Promise.resolve(true)
  if (way === 6) return () => one(pick, [true, false, 1, undefined])
  if (way === 7) return new Date(Number.NaN)
  if (way === 8) return new Map([['f', 'x']])
  if (way === 9) return Object.assign([], { length: 1000 })
  if (way === 10) return Object.create({ types: ['BPF_PROG_TYPE_XDP'], kfuncs: ['f'] })
  if (way === 11) return { toString: thrower, valueOf: thrower, toJSON: thrower, [Symbol.toPrimitive]: thrower }
  if (way === 12) return undefined
  return odd(pick)
}

/** A definition as JavaScript: what only code can be. */
export const javascript: Kind = (world, pick) => {
  const tree = spoiltTree(contract, pick, odder)
  if (typeof tree === 'object' && tree !== null && pick(2) === 0)
    Object.assign(tree, { filters: { kc_filter: odder(pick) } })
  const what = `a definition of ${keysOf(tree)}`.slice(0, 200)
  return { what, run: () => defined(world, tree as ModuleDefinition, pick) }
}

function keysOf(value: unknown): string {
  try {
    return Object.keys(Object(value)).join(', ')
  } catch {
    return 'a proxy'
  }
}
