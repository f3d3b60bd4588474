// SPDX-License-Identifier: Apache-2.0
import { type RegState, unlinked, withId } from '../state/reg.ts'
import * as scalar from '../scalar/index.ts'
import type { Walk } from './walk.ts'
import { violate } from '../violations/raise.ts'
import { markRegRead } from './liveness.ts'

/** A register that an insn reads must hold something. */
export function readReg(walk: Walk, number: number): RegState {
  if (number > 10) violate('bad-register', { reg: number })
  const reg = walk.reg(number)
  if (reg.kind === 'not_init') violate('uninitialized', { reg: number })
  markRegRead(walk.state, number)
  return reg
}

/** The frame pointer cannot be changed. */
export function requireWritable(number: number): void {
  if (number > 10) violate('bad-register', { reg: number })
  if (number === 10) violate('frame-pointer', { reg: 10 })
}

/** The scalar as it is copied: under an id, by which the copies learn from each other; a link at a distance does not go on. */
export function linkable(walk: Walk, reg: RegState): RegState {
  if (reg.delta !== undefined) return scalar.isConst(reg.var) ? unlinked(reg) : withId(unlinked(reg), walk.newId())
  return reg.id === 0 && !scalar.isConst(reg.var) ? withId(reg, walk.newId()) : reg
}
