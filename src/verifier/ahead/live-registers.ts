// SPDX-License-Identifier: Apache-2.0
// Registers that are read after each insn before anything writes them: the usual backward data flow, over each function.

import type { ProgramDraft, Program } from '../program/program.ts'
import { paramCount } from './calls.ts'
import type { FlowGraph } from './graph.ts'

/** An insn is looked at again when what follows it has changed, which it can do eleven times: however the jumps lead, work is linear. */
export function findLiveRegisters(draft: ProgramDraft, { next, before }: FlowGraph): void {
  const count = draft.insns.length
  const live = draft.liveRegs
  const use = new Uint16Array(count)
  const def = new Uint16Array(count)
  for (let i = 0; i < count; i++) [use[i], def[i]] = usesAndDefs(draft, i)
  const waiting = new Uint8Array(count).fill(1)
  const work = Int32Array.from({ length: count }, (_, i) => i)
  for (let left = count; left > 0; ) {
    const i = work[--left]!
    waiting[i] = 0
    let after = 0
    for (const to of next[i]!) after |= live[to]!
    const found = (after & ~def[i]!) | use[i]!
    if (found === live[i]) continue
    live[i] = found
    for (const from of before[i]!) {
      if (waiting[from] === 1) continue
      waiting[from] = 1
      work[left++] = from
    }
  }
}

const ALL = 0x7ff
const CALLER_SAVED = 0x3f
const ARGUMENTS = 5

/** Registers that an insn reads, and those it writes. */
function usesAndDefs(program: Program, at: number): readonly [use: number, def: number] {
  const insn = program.insns[at]!
  const dst = 1 << insn.dst
  const src = 1 << insn.src
  const { op } = insn
  const operands = dst | (op.source === 'reg' ? src : 0)
  switch (op.kind) {
    case 'alu':
      if (op.name === 'mov' || op.name === 'movsx' || op.name === 'addr_space_cast')
        return [op.source === 'reg' ? src : 0, dst]
      return [operands, dst]
    case 'load':
      return [src, dst]
    case 'store':
    case 'jump':
      return [operands, 0]
    case 'atomic':
      if (op.name === 'cmpxchg') return [dst | src | 1, 1]
      if (op.name === 'load_acquire') return [src, dst]
      return [dst | src, op.fetch ? src : 0]
    case 'ld_imm64':
      return [0, dst]
    case 'ld_abs':
    case 'ld_ind':
      return [ALL, 0]
    case 'call':
      return [((1 << Math.min(paramCount(program, at) ?? ARGUMENTS, ARGUMENTS)) - 1) << 1, CALLER_SAVED]
    case 'gotox':
      return [dst, 0]
    case 'exit':
      return [1, 0]
    default:
      return [0, 0]
  }
}
