// SPDX-License-Identifier: Apache-2.0
// gotox, the jump through a register: to an instruction that a jump table of the program names. Before the walk every table whose first
// entry lies in the function counts as one that its jumps may use; on the walk the register says which entries of which table they are.
// Documentation/bpf/standardization/instruction-set.rst "Jump instructions"; selftests verifier_gotox.c.

import type { Insn } from '../../isa/index.ts'
import type { Walk } from '../engine/walk.ts'
import { violate } from '../violations/raise.ts'
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
  if (reg.kind !== 'insn') violate('gotox-type', { reg: insn.dst, seen: regTypeText(reg) })
  const { targets = [], maxEntries } = walk.program.map(reg.map)
  const at = walk.model.domain.addPointerOffset(reg.var, scalar.constantNumber(reg.off))
  const [least, most] = [scalar.uminN(at), scalar.umaxN(at)]
  const [low, high] = [Math.floor(least / ENTRY), Math.floor(most / ENTRY)]
  if (least > MOST_BYTES) violate('gotox-table', { form: 'low', reg: insn.dst, value: scalar.umin(at) })
  if (most > MOST_BYTES) violate('gotox-table', { form: 'high', reg: insn.dst, value: scalar.umax(at) })
  if (high >= maxEntries) violate('gotox-table', { form: 'outside', reg: insn.dst, low, high, maxEntries })
  const next = distinct(targets.slice(low, high + 1))
  walk.pushStep()
  for (const target of next.slice(0, -1)) pushState(walk, target, walk.insn)
  return next[next.length - 1]!
}
