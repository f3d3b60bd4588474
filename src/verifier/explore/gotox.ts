// SPDX-License-Identifier: Apache-2.0
// gotox, the jump through a register: to an instruction that a jump table of the program names. Before the walk every table whose first
// entry lies in the function counts as one that its jumps may use; on the walk the register says which entries of which table they are.
// Documentation/bpf/standardization/instruction-set.rst "Jump instructions"; selftests verifier_gotox.c.

import type { Insn } from '../../isa/index.ts'
import type { Walk } from '../engine/walk.ts'
import { reject } from '../violations/raise.ts'
import * as scalar from '../scalar/index.ts'
import { regTypeText } from '../state/reg.ts'
import { readReg } from '../engine/operands.ts'
import { pushState } from '../engine/pending.ts'
import { distinct } from '../program/jump-tables.ts'

/** Bytes of an entry, as programs see the table. */
const ENTRY = 8
const MOST_BYTES = 0xffff_ffff * ENTRY

/** Executes the jump: the last of its targets is followed at once, the others later. */
export function jumpThroughTable(walk: Walk, insn: Insn): number {
  const reg = readReg(walk, insn.dst)
  if (reg.kind !== 'insn')
    reject('gotox-type', `R${insn.dst} has type ${regTypeText(reg)}, expected PTR_TO_INSN`, {
      reg: insn.dst,
      seen: regTypeText(reg),
    })
  const { targets = [], maxEntries } = walk.program.map(reg.map)
  const at = walk.model.domain.addPointerOffset(reg.var, scalar.constantNumber(reg.off))
  const [least, most] = [scalar.uminN(at), scalar.umaxN(at)]
  const [low, high] = [Math.floor(least / ENTRY), Math.floor(most / ENTRY)]
  if (least > MOST_BYTES)
    reject('gotox-table', `the sum of R${insn.dst} umin_value ${scalar.umin(at)} is too big`, { reg: insn.dst })
  if (most > MOST_BYTES)
    reject('gotox-table', `the sum of R${insn.dst} umax_value ${scalar.umax(at)} is too big`, { reg: insn.dst })
  if (high >= maxEntries)
    reject('gotox-table', `R${insn.dst} points to outside of jump table: [${low},${high}] max_entries ${maxEntries}`, {
      reg: insn.dst,
    })
  const next = distinct(targets.slice(low, high + 1))
  walk.pushStep()
  for (const target of next.slice(0, -1)) pushState(walk, target, walk.insn)
  return next[next.length - 1]!
}
