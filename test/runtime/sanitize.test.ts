// SPDX-License-Identifier: Apache-2.0
// What a run contradicts is told: facts are spoiled here, each in one place. What they say truly is never contradicted.
import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import { createMachine, SanitizerError, type SanitizerReport, smallestInput } from '../../src/runtime/index.ts'
import type { Facts, InsnFact } from '../../src/verifier/index.ts'
import { factsOf, type Handmade, linkedOf, loadHandmade } from './handmade.ts'
import { on } from './on.ts'
import { answersOf, packet } from './programs.ts'

let kernel: Kernel
beforeAll(async () => {
  kernel = unwrap(await openKernel('6.12'))
})

const counts = { name: 'counts', type: 'ARRAY', keySize: 4, valueSize: 16, maxEntries: 4 } as const
const seen = { name: 'seen', type: 'HASH', keySize: 4, valueSize: 16, maxEntries: 4 } as const

const header = `
  r6 = *(u32 *)(r1 + 0)      ; 0 data
  r7 = *(u32 *)(r1 + 4)      ; 1 data_end
  r2 = r6                    ; 2
  r2 += 14                   ; 3
  if r2 > r7 goto out        ; 4
  r0 = *(u16 *)(r6 + 12)     ; 5
  out: r0 = 2                ; 6
  exit`

const value = `
  r6 = 0                     ; 0
  *(u32 *)(r10 - 4) = 1      ; 1
  r2 = r10                   ; 2
  r2 += -4                   ; 3
  r1 = map 0                 ; 4
  call bpf_map_lookup_elem   ; 6
  if r0 == 0 goto out        ; 7
  r1 = *(u64 *)(r0 + 8)      ; 8
  *(u64 *)(r0 + 0) = 5       ; 9
  out: r0 = 0                ; 10
  exit`

const number = `
  r0 = *(u32 *)(r1 + 12)     ; 0 ingress_ifindex
  r0 &= 7                    ; 1
  if r0 > 7 goto dead        ; 2
  r0 += 1                    ; 3
  exit                       ; 4
  dead: r0 = 0               ; 5
  exit`

/** Runs it with facts that were spoiled; the report, where there is one. */
function runSpoiled(made: Handmade, spoil: (facts: Facts) => Facts = (facts) => facts): SanitizerReport | undefined {
  const machine = createMachine(kernel, { sanitize: true })
  const linked = linkedOf(made)
  const facts = factsOf(linked, kernel)
  if (facts === undefined) throw new Error('is not accepted')
  const { program } = loadHandmade(machine, linked, spoil(facts))
  try {
    unwrap(program.testRun({ data: packet }))
    return undefined
  } catch (error) {
    if (!(error instanceof SanitizerError)) throw error
    return error.report
  }
}

const spoilt =
  (at: number, change: (fact: InsnFact) => InsnFact | undefined) =>
  (facts: Facts): Facts => ({
    ...facts,
    insns: facts.insns.map((fact, insn) => (insn === at ? change(fact!) : fact)),
  })

const pointer = (at: number, which: 'dst' | 'src' | 'result', change: object) =>
  spoilt(at, (fact) => ({ ...fact, [which]: { ...fact[which], ...change } }) as InsnFact)
const place = (at: number, change: object) =>
  spoilt(at, (fact) => ({ ...fact, access: { ...fact.access!, to: { ...fact.access!.to, ...change } } }) as InsnFact)

const exactly = (number: bigint) => ({
  kind: 'scalar',
  constant: number,
  unsigned: { min: number, max: number },
  signed: { min: number, max: number },
  unsigned32: { min: Number(number), max: Number(number) },
  signed32: { min: Number(number), max: Number(number) },
  ones: number,
  zeros: ~number & 0xffff_ffff_ffff_ffffn,
})

describe('what is true is not contradicted', () => {
  test.for<[string, Handmade]>([
    ['a packet', { text: header }],
    ['a value of an array', { text: value, maps: [counts] }],
    ['numbers', { text: number }],
  ])('%s', ([, made]) => {
    expect(runSpoiled(made)).toBeUndefined()
  })
})

describe('each kind of contradiction is told', () => {
  test.for<[string, SanitizerReport['kind'], number, Handmade, (facts: Facts) => Facts]>([
    ['dead code is reached', 'dead', 3, { text: number }, spoilt(3, () => undefined)],
    ['a jump never taken is taken', 'branch', 7, { text: value, maps: [seen] }, (f) => branch(f, 7, 'never')],
    ['a jump always taken is not', 'branch', 4, { text: header }, (f) => branch(f, 4, 'always')],
    ['a constant is another', 'value', 1, { text: number }, pointer(1, 'result', exactly(5n))],
    [
      'a number is beyond its range',
      'value',
      3,
      { text: number },
      pointer(3, 'dst', { unsigned: { min: 3n, max: 4n } }),
    ],
    ['a bit is set that is clear', 'value', 3, { text: number }, pointer(3, 'dst', { zeros: 1n })],
    ['a pointer is null', 'value', 7, { text: value, maps: [seen] }, pointer(7, 'dst', { null: 'never' })],
    [
      'a pointer is to another place',
      'value',
      3,
      { text: header },
      pointer(3, 'result', { off: { min: 15, max: 20 } }),
    ],
    ['a packet is shorter', 'value', 5, { text: header }, pointer(5, 'src', { size: 65 })],
    ['another region', 'value', 2, { text: header }, pointer(2, 'src', { kind: 'pkt_end' })],
    ['another frame', 'value', 2, { text: value, maps: [counts] }, pointer(2, 'src', { off: { min: -8, max: -8 } })],
    [
      'another place of a value',
      'value',
      8,
      { text: value, maps: [counts] },
      pointer(8, 'src', { off: { min: 8, max: 8 } }),
    ],
    [
      'a value is touched elsewhere',
      'access',
      8,
      { text: value, maps: [counts] },
      place(8, { off: { min: 0, max: 0 } }),
    ],
    ['a packet is touched elsewhere', 'access', 5, { text: header }, place(5, { off: { min: 0, max: 4 } })],
    ['what is touched is no stack', 'access', 5, { text: header }, place(5, { kind: 'fp', up: 0 })],
  ])('%s', ([, kind, insn, made, spoil]) => {
    expect(runSpoiled(made, spoil)).toMatchObject({ kind, insn, program: 'prog', input: { data: packet } })
  })

  const branch = (facts: Facts, at: number, way: 'always' | 'never'): Facts =>
    spoilt(at, (fact) => ({ ...fact, branch: way }))(facts)
})

describe('memory', () => {
  /** The access's offset made another behind the verifier's back. */
  function runMoved(made: Handmade, at: number, off: number): SanitizerReport | undefined {
    const machine = createMachine(kernel, { sanitize: true })
    const linked = linkedOf(made)
    const facts = factsOf(linked, kernel)!
    const insns = linked.insns.map((insn, i) => (i === at ? { ...insn, off } : insn))
    const free = spoilt(
      at,
      (fact) => ({ ...fact, access: { ...fact.access!, to: { ...fact.access!.to } } }) as InsnFact,
    )
    const { program } = loadHandmade(machine, { ...linked, insns }, free(facts))
    try {
      unwrap(program.testRun({ data: packet }))
      return undefined
    } catch (error) {
      if (!(error instanceof SanitizerError)) throw error
      return error.report
    }
  }
  test.for<[string, number, number, Handmade]>([
    ['beyond a value, in the next one', 8, 16, { text: value, maps: [counts] }],
    ['over the end of a value', 8, 12, { text: value, maps: [counts] }],
    ['before a value', 8, -8, { text: value, maps: [counts] }],
    ['beyond the packet', 5, 64, { text: header }],
    ['over the end of the packet', 5, 63, { text: header }],
    ['below the frame', 1, -516, { text: value, maps: [counts] }],
    ['above the frame', 1, 0, { text: value, maps: [counts] }],
  ])('%s', ([, at, off, made]) => {
    expect(runMoved(made, at, off)).toMatchObject({ kind: 'access', insn: at })
  })

  test('what was freed', () => {
    const machine = createMachine(kernel, { sanitize: true })
    const at = machine.memory.allocate(64, 'something')
    expect(machine.memory.blockAround(at + 63)).toMatchObject({ what: 'something', freed: false })
    machine.memory.free(at)
    expect(machine.memory.blockAround(at + 8)).toMatchObject({ freed: true })
    expect(machine.memory.blockAround(at - 1)?.what).not.toBe('something')
  })
})

test('a report is text, with the line, the fact, the registers and the input', () => {
  const report = runSpoiled({ text: number }, pointer(3, 'dst', { unsigned: { min: 3n, max: 4n } }))!
  const { message } = new SanitizerError(report)
  expect(message).toContain('sanitizer: value: prog, instruction 3: (07) r0 += 1')
  expect(message).toContain('r0 before it: is 0x1 (1)')
  expect(message).toContain('unsigned 3 to 4')
  expect(message).toMatch(/r0=0x1 r1=0x/)
  expect(message).toContain('data: 00000000')
})

test('the input is made smaller for as long as it still shows', () => {
  const data = Uint8Array.from({ length: 100 }, (_, i) => i)
  const shows = (input: { data?: Uint8Array }): boolean => (input.data?.length ?? 0) >= 14 && input.data![12] === 12
  const small = smallestInput({ data, ctx: new Uint8Array(8), repeat: 3 }, shows)
  expect(small).toEqual({ data: Uint8Array.from({ length: 14 }, (_, i) => (i === 12 ? 12 : 0)) })
})

describe('programs run as they do compiled, interpreted and sanitized', () => {
  const objects = readdirSync('test/runtime/programs').filter((file) => file.endsWith('.bpf.o'))
  test.for(objects.map((file) => file.replace('.bpf.o', '')))('%s', async (name) => {
    const compiled = await answersOf(name)
    expect(await answersOf(name, { interpret: true })).toEqual(compiled)
    expect(await answersOf(name, { sanitize: true })).toEqual(compiled)
  })
  test.for(['18-memory/packet', '18-memory/memory', '19-program/calls', '19-program/loops'])('%s', async (example) => {
    const [compiled, ...others] = await Promise.all([
      on(example),
      on(example, { interpret: true }),
      on(example, { sanitize: true }),
    ])
    for (const name of compiled.loaded.programs.keys()) {
      const wanted = compiled.program(name).testRun({ data: packet })
      for (const other of others) expect([name, other.program(name).testRun({ data: packet })]).toEqual([name, wanted])
    }
  })
})

describe('a program that 6.12 accepts, and should not', () => {
  // what is filled with its sign extended stays linked to what was spilled until 7.2: r2 is held to be r6
  const linkedFill: Handmade = {
    text: `
      r6 = *(u32 *)(r1 + 0)
      r7 = *(u32 *)(r1 + 4)
      r2 = r6
      r2 += 14
      if r2 > r7 goto out
      r9 = *(u16 *)(r6 + 0)
      *(u32 *)(r10 - 4) = 1
      r2 = r10
      r2 += -4
      r1 = map 0
      call bpf_map_lookup_elem
      if r0 == 0 goto out
      *(u64 *)(r10 - 16) = r9
      r2 = *(s16 *)(r10 - 16)
      if r9 > 40007 goto out
      if r9 < 40000 goto out
      r2 -= 40000
      r0 += r2
      r0 = *(u8 *)(r0 + 0)
      out: r0 = 2
      exit`,
    maps: [counts],
  }
  const data = (first: number): Uint8Array => Uint8Array.from({ length: 64 }, (_, i) => (i < 2 ? first >> (8 * i) : 0))

  test('is refused by 7.3', async () => {
    expect(factsOf(linkedOf(linkedFill), unwrap(await openKernel('7.3')))).toBeUndefined()
  })
  test('reads what is not its own, which the sanitizer tells', () => {
    const linked = linkedOf(linkedFill)
    const { program } = loadHandmade(createMachine(kernel, { sanitize: true }), linked, factsOf(linked, kernel)!)
    expect(unwrap(program.testRun({ data: data(5) })).retval).toBe(2)
    expect(() => program.testRun({ data: data(40003) })).toThrow(SanitizerError)
  })
  test('and reaches nothing but the memory of its machine', () => {
    const linked = linkedOf(linkedFill)
    const { program } = loadHandmade(createMachine(kernel), linked, factsOf(linked, kernel)!)
    expect(unwrap(program.testRun({ data: data(40003) })).retval).toBe(2)
  })
})
