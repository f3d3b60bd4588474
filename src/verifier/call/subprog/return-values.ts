// SPDX-License-Identifier: Apache-2.0
// What R0 must be where a program, callback or global function returns.

import { returnRule } from '../../../kernel/index.ts'
import { returnsVoid } from '../../program/contract/global.ts'
import type { Walk } from '../../engine/walk.ts'
import { violate } from '../../violations/raise.ts'
import * as scalar from '../../scalar/index.ts'
import { regTypeText } from '../../state/reg.ts'
import { wantedReturn } from '../../program/struct-ops.ts'
import { markRegRead } from '../../engine/liveness.ts'
import { markPrecise } from '../../engine/precision.ts'
import { returnsReference } from '../objects/struct-ops-references.ts'

export interface RangeRule {
  readonly min: number
  readonly max: number
  readonly context: string
  /** Only the low half is compared. */
  readonly bits32?: boolean
  /** Said in place of the range. */
  readonly note?: string | undefined
}

/** The register's values all lie within; which ones they are matters exactly. */
export function requireRange(walk: Walk, number: number, { min, max, context, bits32, note }: RangeRule): void {
  const reg = walk.reg(number)
  markPrecise(walk, number)
  const low = bits32 ? scalar.s32min(reg.var) : scalar.sminN(reg.var)
  const high = bits32 ? scalar.s32max(reg.var) : scalar.smaxN(reg.var)
  if (low >= min && high <= max) return
  // told in 64 bits even where 32 of them are compared
  const [smin, smax] = [scalar.smin(reg.var), scalar.smax(reg.var)]
  const held = {
    reg: number,
    context,
    smin: smin > -(1n << 63n) ? smin : undefined,
    smax: smax < (1n << 63n) - 1n ? smax : undefined,
  }
  if (note !== undefined) violate('return-range', { form: 'told', ...held, told: note })
  violate('return-range', { form: 'outside', ...held, min, max })
}

/** The program's own return value, or R1 given to bpf_throw. */
export function enforceReturn(walk: Walk, number: number): void {
  const { frame } = walk
  const context = frame.callback === 'async' ? 'async callback return' : 'program exit'
  const inSubprog = walk.state.frames[0]!.subprog !== 0
  const exceptionCb = walk.state.frames[0]!.callback === 'exception'
  const nothing = number === 0 && (inSubprog || walk.program.isExtension) && !exceptionCb && frame.callback !== 'async'
  if (nothing && returnsVoid(walk.program, walk.program.subprogs[frame.subprog]!)) return
  const rule = returnRule(walk.model.kernel, walk.program.traits)
  if (!inSubprog || exceptionCb || number === 1) {
    if (rule.kind === 'unread' && frame.callback !== 'async') return
  }
  if (number === 0 && !inSubprog && returnsReference(walk)) return
  const reg = walk.reg(number)
  if (reg.kind === 'not_init') violate('uninitialized', { reg: number })
  markRegRead(walk.state, number)
  if (frame.callback === 'async') {
    if (reg.kind !== 'scalar') violate('return-type', { form: 'unknown', reg: number, context, type: regTypeText(reg) })
    const range = frame.returnRange!
    return requireRange(walk, number, { ...range, context })
  }
  if (inSubprog && !exceptionCb && number !== 1) {
    const passes = reg.kind === 'scalar' || (reg.kind === 'arena' && walk.model.rules.arenaReturned)
    if (!passes) violate('return-type', { form: 'subprog', reg: number, type: regTypeText(reg) })
    return
  }
  if (wantedReturn(walk.program) !== undefined) {
    // no reference, so nothing
    if (reg.kind !== 'scalar') violate('return-type', { form: 'unknown', reg: number, context, type: regTypeText(reg) })
    return requireRange(walk, number, { min: 0, max: 0, context })
  }
  if (rule.kind !== 'range') return
  if (reg.kind !== 'scalar') violate('return-type', { form: 'unknown', reg: number, context, type: regTypeText(reg) })
  requireRange(walk, number, { min: rule.min, max: rule.max, context, bits32: rule.bits32 === true, note: rule.note })
}

/** A sync callback's answer decides whether it is called again. */
export function enforceCallbackReturn(walk: Walk): void {
  const { frame } = walk
  const reg = walk.reg(0)
  if (reg.kind !== 'scalar') violate('callback-return', { reg: 0 })
  markRegRead(walk.state, 0)
  const range = frame.returnRange!
  requireRange(walk, 0, { ...range, context: 'callback return' })
}
