// SPDX-License-Identifier: Apache-2.0
// --prog, --filter, --sort: the syntax of veristat's -f and -s.
import { describe, expect, test } from 'vitest'
import { selectionOf } from '../../src/cli/select.ts'
import { matches } from '../../src/object/index.ts'
import type { Outcome } from '../../src/explain/index.ts'

interface Figures {
  readonly insns: number
  readonly states?: number
  readonly verdict?: Outcome['verdict']
}
const outcome = (program: string, { insns, states = 1, verdict = 'accept' }: Figures): Outcome => ({
  object: 'build/a.bpf.o',
  program,
  section: 'xdp',
  type: 'BPF_PROG_TYPE_XDP',
  verdict,
  report: { verdict: 'accept', insnsProcessed: insns, states, peakStates: states, log: [] },
  kfuncs: [],
  warnings: [],
})
const few = outcome('few', { insns: 10 })
const many = outcome('many', { insns: 5000, states: 40 })
const bad = outcome('bad', { insns: 5000, states: 7, verdict: 'reject' })
const unjudged: Outcome = { ...outcome('unjudged', { insns: 0, verdict: 'unsupported' }), report: undefined }
const all = [few, many, bad, unjudged]

const filtered = (...filter: string[]): readonly string[] => {
  const { isShown, isWanted } = selectionOf({ prog: [], filter })
  return all.filter((one) => isWanted(one.object, one.program) && isShown(one)).map(({ program }) => program)
}

describe('filters', () => {
  test.for([
    [['insns>1000'], ['many', 'bad']],
    [['total_insns<=10'], ['few']],
    [['insns = 10'], ['few']],
    [['insns!=10'], ['many', 'bad']],
    [['insns<>10'], ['many', 'bad']],
    [['insns>1000', 'states<10'], ['bad']],
    [['verdict=success'], ['few', 'many']],
    [['verdict=failure'], ['bad', 'unjudged']],
    [['verdict=reject'], ['bad']],
    [['verdict==rejected'], ['bad']],
    [['verdict!=accept'], ['bad', 'unjudged']],
    [['!verdict=accept'], ['bad', 'unjudged']],
    [['!insns>1000'], ['few', 'unjudged']],
    [['m*'], ['many']],
    [['*a*.o'], ['few', 'many', 'bad', 'unjudged']],
    [['/b?d'], ['bad']],
    [['a.bpf.o/few'], ['few']],
    [['b.bpf.o/'], []],
    [
      ['!bad', '!/few'],
      ['many', 'unjudged'],
    ],
    [
      ['few', 'bad'],
      ['few', 'bad'],
    ],
    [['type=xdp'], ['few', 'many', 'bad', 'unjudged']],
    [['prog=*a*'], ['many', 'bad']],
  ] as const)('%j', ([filter, programs]) => {
    expect(filtered(...filter)).toEqual([...programs])
  })

  test.for([
    ['insn>1000', /no figure insn — did you mean insns/],
    ['insns>many', /total_insns is a number, and "many" is none/],
    ['verdict>accept', /verdict is a word: only = and != go with it/],
    ['!', /says nothing/],
  ] as const)('%s is told what is wrong with it', ([filter, words]) => {
    expect(() => selectionOf({ prog: [], filter: [filter] })).toThrow(words)
  })
})

describe('sort', () => {
  const sorted = (sort: string): readonly string[] =>
    [...all].sort(selectionOf({ prog: [], filter: [], sort }).compare).map(({ program }) => program)
  test.for([
    ['insns', ['many', 'bad', 'few', 'unjudged']],
    ['insns^', ['unjudged', 'few', 'many', 'bad']],
    ['insns,states^', ['bad', 'many', 'few', 'unjudged']],
    ['prog', ['bad', 'few', 'many', 'unjudged']],
    ['prog!', ['unjudged', 'many', 'few', 'bad']],
    ['max_states_per_insn,prog', ['bad', 'few', 'many', 'unjudged']],
  ] as const)('%s', ([sort, programs]) => {
    expect(sorted(sort)).toEqual([...programs])
  })
  test('by what is no figure', () => {
    expect(() => selectionOf({ prog: [], filter: [], sort: 'nope^' })).toThrow(/no figure nope/)
  })
})

describe('wildcards', () => {
  test.for([
    ['a*', 'abc', true],
    ['*c', 'abc', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*b*', 'abc', true],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['a.c', 'abc', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxbyy', false],
  ] as const)('%s matches %s: %s', ([pattern, name, expected]) => {
    expect(matches(pattern, name)).toBe(expected)
  })
  test('many stars take no longer than the lengths say', () => {
    expect(matches('*a'.repeat(200), 'b'.repeat(20_000))).toBe(false)
  })
})
