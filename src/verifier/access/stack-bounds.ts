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

/** The first byte touched through a pointer at a known offset, after a check that all of them lie in the frame. */
export function requireStackPlace(walk: Walk, number: number, off: number, size: number, access: StackAccess): number {
  const reg = walk.reg(number)
  const min = reg.off + off + scalar.constNumber(reg.var)
  if (isOutside(min, min + size, size)) violate('stack-bounds', { form: 'fixed', reg: number, access, min, size })
  noteDepth(walk, reg, min)
  return min
}

/** The bytes that may be touched, from the first to before the last, after the same check. */
export function requireStackBounds(
  walk: Walk,
  number: number,
  off: number,
  size: number,
  access: StackAccess,
): { min: number; max: number } {
  const reg = walk.reg(number)
  if (!hasVarOff(reg)) {
    const at = requireStackPlace(walk, number, off, size, access)
    return { min: at, max: at + size }
  }
  const smax = scalar.smaxN(reg.var)
  const smin = scalar.sminN(reg.var)
  if (smax >= MAX_VAR_OFF || smin <= -MAX_VAR_OFF) violate('stack-unbounded', { reg: number, access })
  const at = reg.off + off
  const [min, max] = [at + smin, at + smax + size]
  if (isOutside(min, max, size))
    violate('stack-bounds', { form: 'variable', reg: number, access, varOff: varOffText(reg), off: at, size })
  noteDepth(walk, reg, min)
  return { min, max }
}

const isOutside = (min: number, max: number, size: number): boolean =>
  min < -MAX_STACK || min > -1 || max > 0 || size < 0

function noteDepth(walk: Walk, reg: RegState, min: number): void {
  const use = walk.useOf(walk.state.frames[reg.frame]!.subprog)
  if (-min > use.stackDepth) use.stackDepth = -min
  if (min < 0) frameOf(walk, reg).reach(slotIndex(min))
}

/** The frame that a stack pointer points into. */
export const frameOf = (walk: Walk, reg: RegState): Frame => walk.state.frames[reg.frame]!
