// SPDX-License-Identifier: Apache-2.0
// No run contradicts a fact: programs made by chance are judged, run many times on a machine of their own, and at every step each operand,
// result and branch is held to what the facts say. States are kept wherever they can be (BPF_F_TEST_STATE_FREQ), so that paths end early.
import { expect, test } from 'vitest'
import { assemble, type Insn } from '../../../src/isa/index.ts'
import { type Kernel, openKernel } from '../../../src/kernel/index.ts'
import { type Facts, type ValueFact, verify } from '../../../src/verifier/index.ts'
import { CONTEXT, frameTop, run } from './machine.ts'
import { type Random, randomOf, randomProgram } from './programs.ts'

const TEST_STATE_FREQ = 8
const PROGRAMS = Number(process.env['FACTS_PROGRAMS'] ?? 60)
const SEED = Number(process.env['FACTS_SEED'] ?? 1)
const RUNS = 20

test.for(['6.12', '7.3'])(
  'facts of programs made by chance hold in every run, by the rules of %s',
  { timeout: 3_600_000 },
  async (release) => {
    const kernel = await openKernel(release)
    if (!kernel.ok) throw new Error(kernel.fault.what)
    const wrong: string[] = []
    const proofs = new Map<string, number>()
    for (let seed = SEED; seed < SEED + PROGRAMS; seed++) {
      const random = randomOf(seed)
      const text = randomProgram(random)
      const assembled = assemble(text)
      if (!assembled.ok) throw new Error(`${assembled.fault.what}\n${text}`)
      const insns = assembled.value
      const facts = factsOf(insns, kernel.value, random() % 4 === 0 ? 0 : TEST_STATE_FREQ)
      proofs.set(facts?.proof ?? 'refused', (proofs.get(facts?.proof ?? 'refused') ?? 0) + 1)
      if (facts === undefined) continue
      const told = contradiction(insns, facts, random)
      if (told !== undefined) wrong.push(`${release}, program ${seed}: ${told}`)
    }
    expect(wrong).toEqual([])
    if (process.env['FACTS_PROGRAMS'] !== undefined) console.log(release, proofs)
    // most are accepted, and numbers are told of them
    expect((proofs.get('whole') ?? 0) + (proofs.get('noted-reads') ?? 0)).toBeGreaterThan(PROGRAMS / 2)
  },
)

function factsOf(insns: readonly Insn[], kernel: Kernel, flags: number): Facts | undefined {
  const program = {
    object: 'handmade',
    name: 'prog',
    section: 'socket',
    type: 'BPF_PROG_TYPE_SOCKET_FILTER' as const,
    attachType: undefined,
    sleepable: false,
    flags,
    attach: undefined,
    insns,
    refs: new Map(
      insns.flatMap(({ op, src, imm }, at) =>
        op.kind === 'call' && src === 1 ? [[at, { kind: 'subprog' as const, insn: at + imm + 1 }] as const] : [],
      ),
    ),
    maps: [],
    mapBtf: undefined,
    btf: undefined,
    funcs: [],
    lines: [],
    license: 'GPL',
    warnings: [],
  }
  const report = verify(program, kernel, { facts: true })
  return report.verdict === 'accept' ? report.facts : undefined
}

function contradiction(insns: readonly Insn[], facts: Facts, random: Random): string | undefined {
  let told: string | undefined
  const hold = (at: number, what: string, fact: ValueFact | undefined, value: bigint, frame: number): void => {
    if (fact !== undefined && told === undefined && !allows(fact, value, frame))
      told = `insn ${at}: ${what} is ${value}, ${JSON.stringify(fact, (_, v) => (typeof v === 'bigint' ? `${v}` : v))}`
  }
  for (let i = 0; i < RUNS && told === undefined; i++)
    run(insns, random, {
      before(at, regs, frame) {
        const fact = facts.insns[at]
        if (fact === undefined) {
          told ??= `insn ${at} is dead and is run`
          return
        }
        const { dst, src } = insns[at]!
        hold(at, `r${dst}`, fact.dst, regs[dst]!, frame)
        hold(at, `r${src}`, fact.src, regs[src]!, frame)
        if (fact.call?.kind === 'helper')
          for (const { reg, value } of fact.call.args) hold(at, `r${reg}`, value, regs[reg]!, frame)
      },
      after(at, regs, frame, next) {
        const fact = facts.insns[at]
        const { op, dst, off } = insns[at]!
        if (op.kind === 'alu' || op.kind === 'load' || op.kind === 'ld_imm64')
          hold(at, `the result in r${dst}`, fact?.result, regs[dst]!, frame)
        if (op.kind === 'call') hold(at, 'r0', fact?.result, regs[0]!, frame)
        if (op.kind !== 'jump' || off === 0) return
        if (fact?.branch === 'always' && next === at + 1) told ??= `insn ${at} falls through`
        if (fact?.branch === 'never' && next !== at + 1) told ??= `insn ${at} jumps`
      },
    })
  return told
}

function allows(fact: ValueFact, value: bigint, frame: number): boolean {
  switch (fact.kind) {
    case 'mixed':
      return fact.of.some((one) => allows(one, value, frame))
    case 'scalar': {
      const signed = BigInt.asIntN(64, value)
      const low = Number(BigInt.asUintN(32, value))
      const within = <T extends bigint | number>({ min, max }: { min: T; max: T }, v: T): boolean =>
        min <= v && v <= max
      return (
        within(fact.unsigned, value) &&
        within(fact.signed, signed) &&
        within(fact.unsigned32, low) &&
        within(fact.signed32, low | 0) &&
        (value & fact.ones) === fact.ones &&
        (value & fact.zeros) === 0n &&
        (fact.constant === undefined || fact.constant === value)
      )
    }
    case 'ctx':
      return value - CONTEXT >= BigInt(fact.off?.min ?? 0) && value - CONTEXT <= BigInt(fact.off?.max ?? 0)
    case 'fp': {
      if (fact.up === undefined || fact.off === undefined) return true
      const off = value - frameTop(frame - fact.up)
      return off >= BigInt(fact.off.min) && off <= BigInt(fact.off.max)
    }
    default:
      return false
  }
}
