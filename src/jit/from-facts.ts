// SPDX-License-Identifier: Apache-2.0
// A verified program made ready to be compiled: what was proved of it, and what a machine has behind its calls and addresses.

import { type Insn, makeInsn } from '../isa/index.ts'
import type { LinkedProgram, Ref } from '../object/index.ts'
import type { AccessFact, CallFact, Facts, InsnFact } from '../verifier/index.ts'
import type { Arena, Callee, FieldAccess, Guard, JitFunction, JitProgram, TableJump } from './input.ts'
import { STACK } from './memory.ts'
import { smallness } from './small.ts'
import { tableJump } from './table-jump.ts'

/** Of bytes that the user API shows, where the kernel's object may look otherwise. */
export interface ViewAccess {
  readonly kind: 'ctx' | 'sock' | 'sock_common' | 'tcp_sock' | 'xdp_sock'
  readonly off: number
  readonly size: number
  readonly write: boolean
}

/** What stands behind a program's references, on the machine that runs it. */
export interface Behind {
  /** What an ld_imm64 loads; undefined: the number that stands in it. */
  address(ref: Ref): bigint | undefined
  callee(call: Exclude<CallFact, { kind: 'subprog' }>): Callee
  /** An access of a context or socket; undefined: it lies in memory as the program sees it. */
  field(access: ViewAccess): FieldAccess | undefined
  /** ld_abs and ld_ind of `size` bytes. */
  packetLoad(size: number): Callee
  /** The program's arena: asked for only where it has one. */
  arena(): Arena
  readonly frameCell: number
  readonly argumentCells: number
}

/** `facts` are of this very program. Where no run comes there is nothing to resolve, and nothing is. */
export function jitProgramOf(linked: LinkedProgram, facts: Facts, behind: Behind): JitProgram {
  const insns = [...linked.insns]
  const addresses = new Map<number, bigint>()
  const callees = new Map<number, Callee>()
  const fields = new Map<number, FieldAccess>()
  const guards = new Map<number, Guard>()
  const tables = new Map<number, TableJump>()
  const small = new Uint8Array(insns.length)
  const reach = new Map<number, readonly (number | undefined)[]>()
  let arena: Guard | undefined
  facts.insns.forEach((fact, at) => {
    const insn = insns[at]!
    if (fact === undefined) return
    small[at] = smallness(insn, fact)
    const ref = linked.refs.get(at)
    if (fact.branch !== undefined && fact.branch !== 'both') insns[at] = settled(insn, fact)
    if (fact.targets !== undefined) tables.set(at, tableJump(insns, insn.dst, fact.targets))
    if (insn.op.kind === 'ld_imm64' && ref !== undefined) {
      const address = behind.address(ref)
      if (address !== undefined) addresses.set(at, address)
    }
    if (fact.call !== undefined && fact.call.kind !== 'subprog') {
      callees.set(at, behind.callee(fact.call))
      reach.set(at, reachOf(fact.call))
    }
    if (insn.op.kind === 'ld_abs' || insn.op.kind === 'ld_ind') callees.set(at, behind.packetLoad(insn.op.size))
    else if (fact.access !== undefined) {
      if (fact.access.fault === 'guarded') guards.set(at, { kind: 'memory' })
      if (fact.access.fault === 'arena') {
        arena ??= { kind: 'arena', ...behind.arena() }
        guards.set(at, arena)
      }
      const field = fieldOf(fact.access, behind)
      if (field !== undefined) fields.set(at, field)
    }
  })
  const functions = facts.subprogs.map(
    ({ start, end, callback }): JitFunction => ({ start, end, stack: STACK, callback }),
  )
  const { frameCell, argumentCells } = behind
  return { insns, functions, addresses, callees, fields, guards, tables, small, reach, frameCell, argumentCells }
}

function reachOf({ args }: Exclude<CallFact, { kind: 'subprog' }>): readonly (number | undefined)[] {
  const reach: (number | undefined)[] = []
  for (const { reg, bytes } of args) reach[reg] = bytes?.max
  return reach
}

/** A jump that always or never is taken. */
const settled = (insn: Insn, { branch }: InsnFact): Insn =>
  makeInsn({ code: JA, off: branch === 'always' ? insn.off : 0 })
const JA = 0x05

function fieldOf({ to, size, writes }: AccessFact, behind: Behind): FieldAccess | undefined {
  switch (to.kind) {
    case 'ctx':
    case 'sock':
    case 'sock_common':
    case 'tcp_sock':
    case 'xdp_sock':
      if (to.off === undefined || to.off.min !== to.off.max) return undefined
      return behind.field({ kind: to.kind, off: to.off.min, size, write: writes })
    default:
      return undefined
  }
}
