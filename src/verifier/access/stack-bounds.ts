// SPDX-License-Identifier: Apache-2.0
// Which bytes of which frame a stack pointer may touch.

import { MAX_VAR_OFF, type RegState } from '../state/reg.ts'
import type { Walk } from '../engine/walk.ts'
import { reject } from '../violations/raise.ts'
import * as scalar from '../scalar/index.ts'
import { type Frame, MAX_STACK } from '../state/state.ts'
import { hasVarOff, varOffText } from './regions.ts'

/** By an insn, or by a call that is known to read or to write; helper: by a call, which may do either; overwrite: by a call that writes. */
export type StackAccess = 'read' | 'write' | 'helper' | 'overwrite'

const accessText: Record<StackAccess, string> = {
  read: ' read from',
  write: ' write to',
  helper: ' indirect access to',
  overwrite: ' write to',
}
/** Of the slot a byte lies in. An offset of 0, one past the frame's top, counts as slot 0, as it does to the kernel. */
export const slotIndex = (off: number): number => Math.trunc((-off - 1) / 8)
/** Index of a byte within its slot: 7 is the lowest address. */
export const byteIndex = (off: number): number => (-off - 1) % 8

/** First and last byte that may be touched, after a check that all of them lie in the frame. */
export function requireStackBounds(
  walk: Walk,
  number: number,
  off: number,
  size: number,
  access: StackAccess,
): { min: number; max: number } {
  const reg = walk.reg(number)
  const text = accessText[access]
  let min = reg.off + off
  let max: number
  if (!hasVarOff(reg)) {
    min += scalar.constNumber(reg.var)
    max = min + size
  } else {
    const smax = scalar.smaxN(reg.var)
    const smin = scalar.sminN(reg.var)
    if (smax >= MAX_VAR_OFF || smin <= -MAX_VAR_OFF) {
      return reject('stack-unbounded', `invalid unbounded variable-offset${text} stack R${number}`, { reg: number })
    }
    max = min + smax + size
    min += smin
  }
  if (min < -MAX_STACK || min > -1 || max > 0 || size < 0) {
    if (!hasVarOff(reg))
      reject('stack-bounds', `invalid${text} stack R${number} off=${min} size=${size}`, { reg: number })
    reject(
      'stack-bounds',
      `invalid variable-offset${text} stack R${number} var_off=${varOffText(reg)} off=${reg.off + off} size=${size}`,
      { reg: number },
    )
  }
  noteDepth(walk, reg, min)
  return { min, max }
}

function noteDepth(walk: Walk, reg: RegState, min: number): void {
  const use = walk.useOf(walk.state.frames[reg.frame]!.subprog)
  if (-min > use.stackDepth) use.stackDepth = -min
  if (min < 0) frameOf(walk, reg).reach(slotIndex(min))
}

/** The frame that a stack pointer points into. */
export const frameOf = (walk: Walk, reg: RegState): Frame => walk.state.frames[reg.frame]!
