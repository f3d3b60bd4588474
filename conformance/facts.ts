// SPDX-License-Identifier: Apache-2.0
// Facts beside the states that the kernel's walk went through: whatever a state holds, the facts of its instruction allow.
import type { Insn } from '../src/isa/index.ts'
import { type Facts, type RecordedStates, type RegState, scalar, type ValueFact } from '../src/verifier/index.ts'

export interface FactsChecked {
  readonly proof: string
  readonly steps: number
  /** What cannot be: no value is both in a state and in its fact. */
  readonly contradictions: readonly string[]
  /** Operands of states of which the facts allow less than the state does: the second walk knew better. */
  readonly narrower: number
  readonly operands: number
  readonly dead: number
  readonly decided: number
}

export function checkFacts(insns: readonly Insn[], facts: Facts, states: RecordedStates): FactsChecked {
  const contradictions: string[] = []
  let narrower = 0
  let operands = 0
  for (let step = 0; step < states.length; step++) {
    const { insn: at, frames, coveredBy } = states.at(step)
    const fact = facts.insns[at]
    if (fact === undefined) {
      if (coveredBy === undefined) contradictions.push(`step ${step}, insn ${at}: dead, yet walked`)
      continue
    }
    const { regs } = frames[frames.length - 1]!
    const { dst, src } = insns[at]!
    const told: readonly (readonly [number, ValueFact | undefined])[] = [
      [dst, fact.dst],
      [src, fact.src],
      [0, fact.compared],
      ...(fact.call === undefined || fact.call.kind === 'subprog'
        ? []
        : fact.call.args.map(({ reg, value }) => [reg, value] as const)),
    ]
    for (const [number, value] of told) {
      const reg = regs[number]
      if (value === undefined || reg === undefined || reg.kind === 'not_init') continue
      operands++
      const how = compare(value, reg, frames.length - 1)
      if (how === 'apart')
        contradictions.push(`step ${step}, insn ${at}: r${number} is a ${reg.kind}, told ${text(value)}`)
      else if (how === 'less') narrower++
    }
  }
  const known = facts.insns.filter((fact) => fact !== undefined)
  return {
    proof: facts.proof,
    steps: states.length,
    contradictions,
    narrower,
    operands,
    // the second slot of a 16-byte instruction is none
    dead: facts.insns.filter((fact, at) => fact === undefined && insns[at - 1]?.op.kind !== 'ld_imm64').length,
    decided: known.filter(({ branch }) => branch === 'always' || branch === 'never').length,
  }
}

type How = 'within' | 'less' | 'apart'

function compare(fact: ValueFact, reg: RegState, frame: number): How {
  if (fact.kind === 'mixed') {
    const ways = fact.of.map((one) => compare(one, reg, frame))
    return ways.includes('within') ? 'within' : ways.includes('less') ? 'less' : 'apart'
  }
  if (reg.kind === 'scalar') {
    // a null pointer is a zero
    if (fact.kind !== 'scalar') return fact.null === 'maybe' && scalar.isZero(reg.var) ? 'within' : 'apart'
    return spans([
      [fact.unsigned, scalar.umin(reg.var), scalar.umax(reg.var)],
      [fact.signed, scalar.smin(reg.var), scalar.smax(reg.var)],
      [fact.unsigned32, scalar.u32min(reg.var), scalar.u32max(reg.var)],
      [fact.signed32, scalar.s32min(reg.var), scalar.s32max(reg.var)],
    ])
  }
  if (fact.kind !== reg.kind) return 'apart'
  if (fact.map !== undefined && fact.map !== reg.map) return 'apart'
  if (fact.type !== undefined && fact.type.id !== reg.btfId) return 'apart'
  if (fact.up !== undefined && fact.up !== frame - reg.frame) return 'apart'
  if (fact.target !== undefined && fact.target !== reg.frame) return 'apart'
  if (fact.off === undefined || reg.kind === 'arena') return 'within'
  return spans([[fact.off, reg.off + scalar.sminN(reg.var), reg.off + scalar.smaxN(reg.var)]])
}

type Bounds<T> = readonly [{ readonly min: T; readonly max: T }, T, T]

function spans(all: readonly (Bounds<bigint> | Bounds<number>)[]): How {
  if (all.some(([told, min, max]) => max < told.min || told.max < min)) return 'apart'
  return all.every(([told, min, max]) => told.min <= min && max <= told.max) ? 'within' : 'less'
}

const text = (value: unknown): string => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}` : v))
