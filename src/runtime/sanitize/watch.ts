// SPDX-License-Identifier: Apache-2.0
// A run held to what the verifier proved: at each instruction the registers that it reads, what it touches, what it makes, where it jumps.
//
// Held to are values of registers, by `Facts`; and memory, by what the machine knows to lie there: frames of functions under way, values of
// maps, the packet, blocks that were allocated and not freed. What helpers and kfuncs do with memory is their models' own; of what they
// answer the result is looked at, and of what they are given the arguments, with the bytes that they may touch.

import { type Activation, isTaken, type MemoryAccess, type Watcher } from '../../jit/index.ts'
import type { Insn } from '../../isa/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { type CallFact, type Facts, type ValueFact, writtenBy } from '../../verifier/index.ts'
import type { Own } from '../behind.ts'
import type { Core, Invocation } from '../core/core.ts'
import { remember } from '../core/remember.ts'
import { packetOf, type Situation } from './regions.ts'
import { type Contradiction, reportOf, SanitizerError } from './report.ts'
import { beginOf, contradictsAccess, contradictsValue } from './values.ts'

export interface Sanitized extends Watcher {
  /** Runs a function of the program; `caller`: the one that it is called back for. */
  within<T>(work: (caller: Activation | undefined) => T): T
}

interface Top {
  readonly activation: Activation
  readonly invocation: Invocation | undefined
}
/** The function under way, of whichever program. */
const tops = remember((): { top: Top | undefined } => ({ top: undefined }))

export interface Held {
  readonly linked: LinkedProgram
  readonly facts: Facts
  readonly map: Own['map']
  /** Instructions whose access is one of the kernel's object behind what the program sees. */
  readonly viewed: ReadonlySet<number>
}

/** A SanitizerError is thrown where a run contradicts the facts. */
export function sanitized(core: Core, { linked, facts, map, viewed }: Held): Sanitized {
  const running = tops(core)
  const packet = packetOf(core, linked)
  const situation = (activation: Activation): Situation => ({ core, map, packet, activation })
  const report = (at: number, activation: Activation, contradiction: Contradiction): never => {
    throw new SanitizerError(reportOf(linked, at, activation, contradiction))
  }
  const hold = (at: number, activation: Activation, what: string, value: bigint, fact: ValueFact | undefined): void => {
    if (fact === undefined) return
    const why = contradictsValue(value, fact, situation(activation))
    if (why !== undefined) report(at, activation, { kind: 'value', what, fact, why })
  }
  const holdArguments = (at: number, activation: Activation, call: CallFact): void => {
    if (call.kind === 'subprog') return
    for (const { reg, value: fact, role, bytes } of call.args) {
      const value = activation.regs[reg]!
      const what = `r${reg} (${role})`
      hold(at, activation, what, value, fact)
      if (bytes === undefined || bytes.min === 0 || value === 0n) continue
      const touched = { address: Number(value), size: bytes.min, begin: beginOf(value, fact) }
      const why = mayBeTouched(fact) ? contradictsAccess(touched, fact, situation(activation)) : undefined
      if (why !== undefined) report(at, activation, { kind: 'access', what, fact, why })
    }
  }
  return {
    within(work) {
      const outer = running.top
      try {
        return work(outer !== undefined && outer.invocation === core.current ? outer.activation : undefined)
      } finally {
        running.top = outer
      }
    },
    before(at, activation) {
      running.top = { activation, invocation: core.current }
      const fact = facts.insns[at]
      if (fact === undefined)
        return report(at, activation, { kind: 'dead', why: 'is reached, and no run was to reach it' })
      const insn = linked.insns[at]!
      const { regs } = activation
      hold(at, activation, `r${insn.dst} before it`, regs[insn.dst]!, fact.dst)
      hold(at, activation, `r${insn.src} before it`, regs[insn.src]!, fact.src)
      hold(at, activation, 'r0 before it', regs[0]!, fact.compared)
      if (fact.branch === 'always' || fact.branch === 'never') {
        const jumps = isTaken(insn, regs)
        if (jumps !== (fact.branch === 'always'))
          report(at, activation, { kind: 'branch', fact, why: `${jumps ? 'jumps' : 'goes on'}, and never was to` })
      }
      if (fact.call !== undefined) holdArguments(at, activation, fact.call)
    },
    after(at, activation) {
      const written = writtenBy(linked.insns[at]!)
      if (written === undefined) return
      hold(at, activation, `r${written} after it`, activation.regs[written]!, facts.insns[at]?.result)
    },
    access(at, access, activation) {
      const fact = facts.insns[at]?.access
      if (fact === undefined || fact.fault !== 'none') return
      const through = throughOf(linked.insns[at]!)
      const base = facts.insns[at]?.[through]
      const begin = beginOf(activation.regs[linked.insns[at]![through]]!, base)
      const why = viewed.has(at)
        ? contradictsView(core, access)
        : contradictsAccess({ ...access, begin }, fact.to, situation(activation))
      if (why === undefined) return
      const what = `its ${access.size} bytes at 0x${access.address.toString(16)}`
      report(at, activation, { kind: 'access', what, fact: fact.to, why })
    },
  }
}

/** The operand that says where an access goes. */
const throughOf = ({ op }: Insn): 'dst' | 'src' => (op.kind === 'load' || op.name === 'load_acquire' ? 'src' : 'dst')

/** What a call touches of it lies in memory as it is: not an object that is shown otherwise, nor an arena's page. */
const mayBeTouched = (fact: ValueFact): boolean =>
  fact.kind !== 'scalar' && fact.kind !== 'mixed' && fact.kind !== 'arena' && !fact.untrusted

/** Null pointers on the way to a field lead to where all is zero; all else leads to something that is there. */
function contradictsView({ memory }: Core, { address, size }: MemoryAccess): string | undefined {
  if (address < NOTHING) return undefined
  const block = memory.blockAround(address)
  if (block === undefined) return 'is in nothing that was allocated'
  if (block.freed) return `is in ${block.what}, which was freed`
  return address + size > block.address + block.size ? `is beyond ${block.what}` : undefined
}
/** Nothing ever lies below: core/memory.ts. */
const NOTHING = 65536
