// SPDX-License-Identifier: Apache-2.0
// Which bytes of which frame a stack pointer may touch.

import { MAX_VAR_OFF, type RegState } from '../state/reg.ts'
import type { Walk } from '../engine/walk.ts'
import { violate } from '../violations/raise.ts'
import type { StackAccess } from '../violations/stack.ts'
import * as scalar from '../scalar/index.ts'
import { type Frame, MAX_STACK } from '../state/frame.ts'
import { hasVarOff, varOffText } from './regions.ts'

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
  let min = reg.off + off
  let max: number
  if (!hasVarOff(reg)) {
    min += scalar.constNumber(reg.var)
    max = min + size
  } else {
    const smax = scalar.smaxN(reg.var)
    const smin = scalar.sminN(reg.var)
    if (smax >= MAX_VAR_OFF || smin <= -MAX_VAR_OFF) {
      return violate('stack-unbounded', { reg: number, access })
    }
    max = min + smax + size
    min += smin
  }
  if (min < -MAX_STACK || min > -1 || max > 0 || size < 0) {
    if (!hasVarOff(reg)) violate('stack-bounds', { form: 'fixed', reg: number, access, min, size })
    violate('stack-bounds', {
      form: 'variable',
      reg: number,
      access,
      varOff: varOffText(reg),
      off: reg.off + off,
      size,
    })
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
