// SPDX-License-Identifier: Apache-2.0
// The API as people use it by mistake and in passing: outcomes through JSON, arguments of the wrong kind, results unwrapped.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  check,
  checkProgram,
  defineModule,
  kernelFromModule,
  openKernel,
  openObject,
  unwrap,
  UnwrapError,
  withModule,
} from '../src/index.ts'

const kernel = unwrap(await openKernel('6.12'))
const bytes = readFileSync('examples/03-flags/acquire.bpf.o')
const none = undefined as never

describe('JSON.stringify', () => {
  const objects = ['03-flags/acquire', '18-memory/memory', '19-program/maps', '10-objects/rbtree', '19-program/calls']
  test.for(objects)('takes what check() says of %s, and loses no Map', (name) => {
    const checked = unwrap(check(readFileSync(`examples/${name}.bpf.o`), kernel, { log: true }))
    const read = JSON.parse(JSON.stringify(checked)) as typeof checked
    expect(read.map(({ verdict }) => verdict)).toEqual(checked.map(({ verdict }) => verdict))
    for (const [index, { linked, report, diagnostic }] of checked.entries()) {
      const again = read[index]!
      expect(again.diagnostic?.message).toBe(diagnostic?.message)
      expect(again.report?.insnsProcessed).toBe(report?.insnsProcessed)
      const insns = [...(linked?.refs.keys() ?? [])].sort((a, b) => a - b)
      expect(Object.keys(again.linked?.refs ?? {})).toEqual(insns.map(String))
    }
  })

  test('takes parts of it, copies of it, and what checkProgram() and openObject() give', () => {
    const object = unwrap(openObject(readFileSync('examples/19-program/maps.bpf.o'), 'maps.bpf.o'))
    const outcome = checkProgram(object, object.programs[0]!, kernel)
    const { linked, report } = outcome
    for (const value of [object, outcome, linked, report, { linked, report }, [outcome], kernel])
      expect(JSON.parse(JSON.stringify(value))).toBeTruthy()
    const read = JSON.parse(JSON.stringify(object)) as { maps: { name: string; mapExtra: string }[] }
    expect(read.maps.map(({ name }) => name)).toEqual(object.maps.map(({ name }) => name))
    expect(read.maps[0]!.mapExtra).toBe('0')
    expect(Object.keys(outcome)).not.toContain('toJSON')
  })

  test('takes a module', async () => {
    const module = unwrap(
      await defineModule({ name: 'm', c: 'enum e { A = 1 }; int f(int a);', register: { BPF_PROG_TYPE_XDP: ['f'] } }),
    )
    const read = JSON.parse(JSON.stringify(module)) as { kfuncs: Record<string, { name: string }> }
    expect(read.kfuncs.f?.name).toBe('f')
  })
})

describe('an argument of the wrong kind is told with what to pass instead', () => {
  const opened = openKernel('6.12')
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ['a path', 'prog.bpf.o', /this is a string.*read the file first: readFileSync\(path\)/],
    ['an ArrayBuffer', new ArrayBuffer(8), /this is an ArrayBuffer.*pass new Uint8Array\(buffer\)/],
    ['a DataView', new DataView(new ArrayBuffer(8)), /this is a DataView.*new Uint8Array\(view\.buffer/],
    ['a Promise', Promise.resolve(bytes), /this is a Promise.*await it/],
    ['a Blob', new Blob([]), /this is a Blob.*arrayBuffer\(\)/],
    ['a Result', openObject(bytes, 'a'), /this is a Result.*unwrap\(result\)/],
    ['nothing', undefined, /this is undefined/],
    ['a list of numbers', [1, 2], /this is an array.*Uint8Array\.from/],
  ]
  test.for(cases)('bytes: %s', async ([, value, words]) => {
    expect(() => unwrap(check(value as never, kernel))).toThrow(words)
    expect(() => unwrap(openObject(value as never, 'a'))).toThrow(words)
    if (typeof value !== 'string' && value !== undefined) {
      const result = await openKernel(value as never)
      expect(() => unwrap(result)).toThrow(words)
    }
  })

  test('a kernel: a Result, a Promise, a name', async () => {
    expect(() => unwrap(check(bytes, opened as never))).toThrow(/second argument of check.*a Promise — await it/)
    const result = (await opened) as never
    expect(() => unwrap(check(bytes, result))).toThrow(/a Kernel; this is a Result — pass its value: unwrap\(result\)/)
    expect(() => unwrap(check(bytes, '6.12' as never))).toThrow(/unwrap\(await openKernel\('6\.12'\)\)/)
    expect(() => unwrap(withModule(kernel, Promise.resolve(none) as never))).toThrow(/await it/)
    expect(() => unwrap(kernelFromModule('host' as never))).toThrow(/define it first/)
    expect(() => checkProgram(bytes as never, none, kernel)).toThrow(TypeError)
  })

  test('a file name where a bundled kernel is wanted', async () => {
    const result = await openKernel('/boot/vmlinuz')
    expect(() => unwrap(result)).toThrow(/bundled: 6\.12.*openKernel\(readFileSync\(path\)\)/)
  })

  test('unwrap of what is no Result', () => {
    expect(() => unwrap(opened as never)).toThrow(/a Result; this is a Promise — await it/)
  })
})

test('unwrap throws the fault as one line, with place and hint, and keeps it', () => {
  const result = check(bytes, kernel, { name: 'acquire.bpf.o', program: 'nobody' })
  expect(result.ok).toBe(false)
  try {
    unwrap(result)
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(UnwrapError)
    expect((error as UnwrapError).message).toMatch(
      /^acquire\.bpf\.o: no program nobody in this object — it has acquire_/,
    )
    expect((error as UnwrapError).fault.place.object).toBe('acquire.bpf.o')
  }
})
