// SPDX-License-Identifier: Apache-2.0
// Reports made by hand: what an explanation makes of little or of nonsense.
import { beforeAll, describe, expect, test } from 'vitest'
import { explain, renderGithub, renderJson, renderPretty, renderSarif } from '../../src/explain/index.ts'
import { assemble } from '../../src/isa/index.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import type { LinkedProgram } from '../../src/object/index.ts'
import type { ProgTypeName } from '../../src/uapi/index.ts'
import { type Report, verify, type Violation } from '../../src/verifier/index.ts'

let kernel: Kernel
beforeAll(async () => {
  const opened = await openKernel('6.12')
  if (!opened.ok) throw new Error(opened.fault.what)
  kernel = opened.value
})

function program(text: string, type: ProgTypeName = 'BPF_PROG_TYPE_SOCKET_FILTER'): LinkedProgram {
  const assembled = assemble(text)
  if (!assembled.ok) throw new Error(assembled.fault.what)
  return {
    object: 'handmade',
    name: 'prog',
    section: 'socket',
    type,
    attachType: undefined,
    sleepable: false,
    flags: 0,
    attach: undefined,
    insns: assembled.value,
    refs: new Map(),
    maps: [],
    mapBtf: undefined,
    btf: undefined,
    funcs: [],
    lines: [],
    license: 'GPL',
    warnings: [],
  }
}
const common = { insnsProcessed: 1, states: 0, peakStates: 0, log: [], warnings: [] }
const rejected = (rule: string, insn: number, details: object = {}): Report => ({
  ...common,
  verdict: 'reject',
  rule,
  message: `R1 broke ${rule}`,
  insn,
  // an id that nobody knows, or without what belongs to it
  violation: { id: rule, params: {} } as Violation,
  details,
  path: [],
})

describe('reports made by hand', () => {
  test('an accepted program needs no explanation', () => {
    expect(explain({ ...common, verdict: 'accept' }, program('r0 = 0\nexit'), kernel)).toBeUndefined()
  })

  test('unsupported is ours to say, and a warning', () => {
    const made = explain(
      { ...common, verdict: 'unsupported', what: 'map type 99', insn: 0 },
      program('r0 = 0\nexit'),
      kernel,
    )!
    expect(made).toMatchObject({ code: 'KF198', ruleId: 'unsupported', message: 'unsupported: map type 99' })
  })

  test.for([
    'a-rule-to-come',
    'reference-leak',
    'null-to-trusted',
    'kfunc-not-allowed',
    'iter-init',
    'mem-len',
    'section-open',
  ])('rule %s without path, lines or details', (rule) => {
    for (const insn of [0, 1, 99, -1]) {
      for (const details of [
        {},
        { reg: 1 },
        { reg: 11 },
        { arg: 4 },
        { kfunc: 'no_such_kfunc' },
        { at: [{ label: 'x', insn: 77 }] },
      ]) {
        const linked = program('r0 = 0\nexit')
        const diagnostic = explain(rejected(rule, insn, details), linked, kernel)!
        expect(diagnostic.message).toBe(`R1 broke ${rule}`)
        const outcome = {
          object: 'o',
          program: 'p',
          section: 's',
          type: 'BPF_PROG_TYPE_XDP',
          verdict: 'reject',
          diagnostic,
          kfuncs: [],
          warnings: [],
        } as const
        for (const text of [
          renderPretty(outcome),
          renderJson(outcome),
          renderGithub(outcome),
          renderSarif([outcome]),
        ]) {
          expect(text).not.toMatch(/undefined|NaN/)
        }
      }
    }
  })

  test('a value is followed through moves, spills and calls, across decisions', () => {
    const linked = program(
      [
        'r6 = *(u32 *)(r1 + 0)',
        'if r6 > 100 goto +5',
        '*(u64 *)(r10 - 8) = r6',
        'r7 = *(u64 *)(r10 - 8)',
        'r2 = r7',
        'r2 += 4',
        'r0 = *(u8 *)(r2 + 0)',
        'r0 = 0',
        'exit',
      ].join('\n'),
    )
    const report = verify(linked, kernel, { trace: true })
    expect(report).toMatchObject({ verdict: 'reject', rule: 'invalid-access', insn: 6 })
    const { notes, code } = explain(report, linked, kernel)!
    expect(code).toBe('KF102')
    expect(notes.map(({ insn, kind }) => `${insn} ${kind}`)).toEqual([
      '0 update',
      '1 branch',
      '2 spilled',
      '3 update',
      '4 update',
      '5 update',
    ])
    expect(notes[1]!.label).toContain('from 0 to 100')
  })

  test('a register lost in a call says what it was', () => {
    const linked = program('r6 = r1\ncall 7\nr0 = *(u32 *)(r1 + 0)\nexit')
    const report = verify(linked, kernel, { trace: true })
    const made = explain(report, linked, kernel)!
    expect(made.code).toBe('KF034')
    expect(made.notes.at(-1)!.label).toMatch(/leaves R1 unreadable; it was the context pointer/)
  })
})
