// SPDX-License-Identifier: Apache-2.0
// A definition made by JavaScript is held to the schema that JSON is held to, and its filters to an answer.
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import contract from '../../../examples/modules/contract-module.ts'
import { check } from '../../../src/check.ts'
import { openKernel, type Kernel, withModule } from '../../../src/kernel/index.ts'
import { defineModule, type ModuleDefinition, parseModuleJson } from '../../../src/kfunc/index.ts'

const good = { name: 'm', c: 'void f(int a);', register: { BPF_PROG_TYPE_XDP: ['f'] } }
const define = (definition: unknown) => defineModule(definition as ModuleDefinition)
const thrower = (): never => {
  throw new Error('mine')
}

describe('a definition that is none', () => {
  test.for<[string, unknown, string]>([
    ['undefined', undefined, 'the definition must be an object'],
    ['a function', thrower, 'the definition must be an object'],
    ['a list', [good], 'the definition must be an object'],
    ['a promise', Promise.resolve(good), "the definition lacks 'name'"],
    ['without C', { ...good, c: undefined }, 'c must be a string'],
    ['with C of numbers', { ...good, c: ['', 1] }, 'c[1] must be a string'],
    ['with too much C', { ...good, c: ' '.repeat(9 << 20) }, 'c must not be longer'],
    ['registered nowhere', { ...good, register: undefined }, 'register must be an object'],
    ['with a filter that is a name', { ...good, filters: { g: 'x' } }, 'filters.g must be an object'],
    ['with flags of a number', { ...good, flags: { f: 2 } }, 'flags.f must be a string'],
    ['with flags in a Map', { ...good, flags: new Map([['f', 1]]), flag: 1 }, "has an unknown field 'flag'"],
    ['with a body that is text', { ...good, bodies: { f: 'return 0' } }, 'bodies.f must be a function'],
    [
      'with a body of nothing',
      { ...good, bodies: { g: thrower } },
      'bodies names g, which the C text does not declare',
    ],
    [
      'that throws',
      Object.defineProperty({ ...good }, 'name', { get: thrower }),
      'the definition cannot be read: mine',
    ],
    ['that throws inside', { ...good, register: new Proxy({}, { ownKeys: thrower }) }, 'cannot be read: mine'],
    [
      'that throws a symbol',
      Object.defineProperty({ ...good }, 'c', {
        get: () => {
          throw Symbol('s')
        },
      }),
      'Symbol(s)',
    ],
  ])('%s', async ([, definition, words]) => {
    const result = await define(definition)
    expect(result.ok ? 'it is taken' : result.fault.what).toContain(words)
  })

  test('each field is read once', async () => {
    let reads = 0
    const definition = {
      ...good,
      get name() {
        return `m${reads++}`
      },
    }
    expect(await define(definition)).toMatchObject({ ok: true, value: { name: 'm0' } })
    expect(reads).toBe(1)
  })
})

describe('names that every object has', () => {
  const names = ['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty']
  const c = names
    .map((name) => `struct ${name} { int a; };\nstruct ${name} *${name}(int a);\nvoid put_${name}(void *p);\n`)
    .join('')
  const json = `{ "name": "m", "c": ${JSON.stringify(c)}, "register": { "BPF_PROG_TYPE_XDP": ${JSON.stringify(names)} }, "flags": {
    ${names.map((name) => `"${name}": "KF_RET_NULL"`).join(', ')} } }`

  test('are names like others', async () => {
    const parsed = parseModuleJson(json, 'm.json')
    if (!parsed.ok) throw new Error(parsed.fault.what)
    const module = await defineModule(parsed.value)
    if (!module.ok) throw new Error(module.fault.what)
    for (const name of names) {
      expect([...module.value.kfuncs.get(name)!.flags], name).toEqual(['KF_RET_NULL'])
      expect(module.value.kfuncs.get(name)!.deprecated, name).toBeUndefined()
    }
    const bare = await defineModule({ name: 'm', c, register: { BPF_PROG_TYPE_XDP: names } })
    if (!bare.ok) throw new Error(bare.fault.what)
    for (const name of names) {
      expect([...bare.value.kfuncs.get(name)!.flags], name).toEqual([])
      expect(bare.value.kfuncs.get(name)!.deprecated, name).toBeUndefined()
    }
  })
})

describe('a filter', () => {
  let kernel: Kernel
  const object = readFileSync('examples/modules/flags.bpf.o')
  beforeAll(async () => {
    const opened = await openKernel('6.12')
    if (!opened.ok) throw new Error(opened.fault.what)
    kernel = opened.value
  })

  async function verdicts(filter: (program: never) => unknown): Promise<readonly string[]> {
    if (!Array.isArray(contract.register)) throw new Error('a list of registrations')
    const register = contract.register.map((each) => ({ ...each, filter: 'g' }))
    const module = await define({ ...contract, register, filters: { g: filter } })
    if (!module.ok) throw new Error(module.fault.what)
    const extended = withModule(kernel, module.value)
    if (!extended.ok) throw new Error(extended.fault.what)
    const checked = check(object, extended.value)
    if (!checked.ok) throw new Error(checked.fault.what)
    return checked.value.map(({ verdict, diagnostic }) => `${verdict} ${diagnostic?.message ?? ''}`.trim())
  }

  test('that says yes', async () => {
    expect(await verdicts(() => true)).toContain('accept')
  })
  test.for<[string, (program: never) => unknown, string]>([
    ['says no', () => false, 'reject calling kernel function kc_'],
    ['throws', thrower, 'unsupported unsupported: the filter g throws: mine'],
    ['promises', async () => true, 'unsupported unsupported: the filter g returns a promise, not true or false'],
    ['says nothing', () => {}, 'unsupported unsupported: the filter g returns undefined, not true or false'],
    ['says 1', () => 1, 'unsupported unsupported: the filter g returns number, not true or false'],
  ])('that %s accepts nothing', async ([, filter, words]) => {
    const found = await verdicts(filter)
    expect(found).not.toContain('accept')
    expect(found.filter((one) => one.startsWith(words)).length).toBeGreaterThan(5)
  })
})
