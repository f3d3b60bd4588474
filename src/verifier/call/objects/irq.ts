// SPDX-License-Identifier: Apache-2.0
// Sections with interrupts off: what they were before lies on the stack, and is given back in reverse order, by kfuncs of the same
// family. kfuncs.rst of 6.14 and later, "__irq_flag"; selftests irq.c.

import { constVar, hasVarOff } from '../../access/regions.ts'
import { frameOf, requireStackBounds, slotIndex } from '../../access/stack-bounds.ts'
import type { KfuncContract } from '../../program/contract/contract.ts'
import type { Walk } from '../../engine/walk.ts'
import { markSlotRead } from '../../engine/liveness.ts'
import { violate } from '../../violations/raise.ts'
import { pointer, type RegState } from '../../state/reg.ts'
import { allBytes, byteType, emptySlot, IRQ, slotOf } from '../../state/stack.ts'
import { objectSlot } from './dynptr.ts'
import { type Arg, argDetails } from '../kfunc/arg.ts'

import { leaveRcu } from './locks.ts'
import { holdReference } from './references.ts'

/** bpf_local_irq_*, or bpf_res_spin_*_irq*. */
export type IrqFamily = 'native' | 'lock'
const families: readonly IrqFamily[] = ['native', 'lock']

export function requireIrqFlag(
  walk: Walk,
  kfunc: KfuncContract,
  arg: Arg,
  { save, family }: { readonly save: boolean; readonly family: IrqFamily },
): void {
  const { reg, number } = arg
  if (reg.kind !== 'fp') violate('irq-stack', argDetails(arg, kfunc))
  if (save) saveIrq(walk, reg, number, family)
  else restoreIrq(walk, reg, number, family)
}

function saveIrq(walk: Walk, reg: RegState, number: number, family: IrqFamily): void {
  const bad = (): never => violate('irq-uninit', { reg: number, arg: number - 1 })
  if (hasVarOff(reg) || (reg.off + constVar(reg)) % 8 !== 0) bad()
  const slot = objectSlot(walk, number, 'irq_flag', 1)
  const frame = frameOf(walk, reg)
  for (let i = 0; i < 8; i++) if (byteType(frame.slot(slot), i) === IRQ) bad()
  requireStackBounds(walk, number, 0, 8, 'write')
  const id = walk.newId()
  const { state } = walk
  const none = { parent: 0, lockMap: -1, lockBtf: false, lockId: 0, callback: 0 }
  holdReference(walk, { id, insn: walk.insn, kind: 'irq', ...none })
  state.setSections({ irq: state.sections.irq + 1 })
  frame.setSlot(slot, slotOf(IRQ, pointer('irq', { refObjId: id, aux: families.indexOf(family) })))
  frame.noteWritten(slot)
}

function restoreIrq(walk: Walk, reg: RegState, number: number, family: IrqFamily): void {
  const bad = (): never => violate('irq-init', { reg: number, arg: number - 1 })
  const off = reg.off + (hasVarOff(reg) ? 0 : constVar(reg))
  if (hasVarOff(reg) || off % 8 !== 0 || off < -512 || off >= 0) bad()
  const at = slotIndex(off)
  const frame = frameOf(walk, reg)
  const slot = frame.slot(at)
  if (!allBytes(slot, IRQ) || slot.reg.refObjId === 0) bad()
  markSlotRead(walk.state, reg.frame, at)
  const saved = families[slot.reg.aux]!
  if (saved !== family) violate('irq-family', { reg: number, saved, family })
  const { state } = walk
  const last = state.refs.findLast((ref) => ref.kind === 'irq')!
  if (last.id !== slot.reg.refObjId) violate('irq-order', { reg: number, refId: last.id, places: [last.insn] })
  state.refs = state.refs.without(last, 'closed')
  state.setSections({ irq: state.sections.irq - 1 })
  frame.setSlot(at, emptySlot)
  frame.noteWritten(at)
  leaveRcu(walk, 'irq')
}
