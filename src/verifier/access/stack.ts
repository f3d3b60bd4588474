// SPDX-License-Identifier: Apache-2.0
// Reads and writes of the stack: spills, fills, and bytes.

import {
  type RegState,
  constReg,
  isNull,
  isPointer,
  notInit,
  scalarReg,
  unknownScalar,
  unlinked,
} from '../state/reg.ts'
import { destroyDynptrAt } from './dynptr-slots.ts'
import { linkable } from '../engine/operands.ts'
import { touchesFastcallStack } from './fastcall-stack.ts'
import type { Model } from '../program/model.ts'
import type { Walk } from '../engine/walk.ts'

import { markPrecise, markSlotsPrecise } from '../engine/precision.ts'
import { markSlotRead } from '../engine/liveness.ts'

import { violate } from '../violations/raise.ts'
import type { StackAccess } from '../violations/stack.ts'
import * as scalar from '../scalar/index.ts'
import {
  anyBytes,
  byteType,
  dataSlot,
  typeOfByte,
  DYNPTR,
  INVALID,
  isBlank,
  IRQ,
  isSpilled,
  isSpilledScalar,
  ITER,
  MISC,
  POISON,
  type Slot,
  SPILL,
  spilledBytes,
  withBytes,
  ZERO,
} from '../state/stack.ts'
import type { Frame } from '../state/frame.ts'
import { touchOf } from '../state/step.ts'
import type { Stored } from '../program/access.ts'
import { hasVarOff, varOffText } from './regions.ts'
import { byteIndex, frameOf, requireStackBounds, slotIndex } from './stack-bounds.ts'

/** A store to a constant place. */
export function writeStack(walk: Walk, frame: Frame, { off, size }: Bytes, stored: Known): void {
  const index = slotIndex(off)
  // the program may not overwrite a dynptr that owes something
  destroyDynptrAt(walk, frame, index)
  touchesFastcallStack(walk, frame.subprog, off)
  walk.observer?.slotWritten(index)
  const aligned = off % 8 === 0
  if (stored.kind === 'imm') {
    if (!aligned) return writeBytes(frame, { off, size }, stored.imm === 0 ? ZERO : MISC)
    return spill(walk, frame, { off, size }, constReg(stored.imm))
  }
  const value = walk.reg(stored.number)
  const source = stored.number
  if (aligned && value.kind === 'scalar') {
    let kept = value
    const fits = size === 8 || scalar.bitWidth(value.var) <= size * 8
    // the copy in memory learns what the register learns, where it is the whole of it
    if (!fits) kept = unlinked(value)
    else {
      kept = linkable(walk, value)
      if (kept !== value) walk.setReg(source, kept)
    }
    return spill(walk, frame, { off, size }, kept)
  }
  if (isSpillable(walk.model, value)) {
    if (size !== 8) violate('spill-size', { reg: source })
    if (frame !== walk.frame && value.kind === 'fp') {
      violate('spill-stack-pointer', { reg: source })
    }
    if (!aligned) violate('misaligned-spill', { off, size })
    return spill(walk, frame, { off, size }, value)
  }
  const zero = isNull(value)
  if (zero) markPrecise(walk, source)
  writeBytes(frame, { off, size }, zero ? ZERO : MISC)
}

function spill(walk: Walk, frame: Frame, { off, size }: Bytes, reg: RegState): void {
  const index = slotIndex(off)
  const slot = frame.slot(index)
  if (size === 8) frame.noteWritten(index)
  // what the spill leaves of the slot keeps no register; zeros stay zeros
  let types = slot.types
  for (let i = 0; i < 8 - size; i++) {
    const type = byteType(slot, i)
    if (!isBlank(type) && type !== ZERO) types = withBytes(types, i, 1, MISC)
  }
  frame.setSlot(index, { types: withBytes(types, 8 - size, size, SPILL), reg })
  walk.stepTouch = touchOf(frame.frameno, index)
}

type Known = Exclude<Stored, { kind: 'unknown' }>
interface Bytes {
  readonly off: number
  readonly size: number
}

/** An atomic changed the bytes: what is in them now nobody knows. */
export function storeUnknown(walk: Walk, frame: Frame, off: number, size: number): void {
  const index = slotIndex(off)
  destroyDynptrAt(walk, frame, index)
  touchesFastcallStack(walk, frame.subprog, off)
  walk.observer?.slotWritten(index)
  writeBytes(frame, { off, size }, MISC)
}

/** A call wrote the bytes at [off, off + size): what is in them nobody knows. */
export function fillStack(walk: Walk, frame: Frame, off: number, size: number): void {
  touchesFastcallStack(walk, frame.subprog, off)
  for (let at = off; at < off + size; ) {
    const index = slotIndex(at)
    destroyDynptrAt(walk, frame, index)
    walk.observer?.slotWritten(index)
    // to the end of the slot
    const count = Math.min(8 - (at & 7), off + size - at)
    if (count === 8) frame.setSlot(index, anyBytes)
    else setBytes(frame, at, count, MISC)
    at += count
  }
}

/** One store: only of a whole slot is it told that it was written. */
function writeBytes(frame: Frame, { off, size }: Bytes, type: number): void {
  setBytes(frame, off, size, type)
  if (size === 8) frame.noteWritten(slotIndex(off))
}

function setBytes(frame: Frame, off: number, size: number, type: number): void {
  const index = slotIndex(off)
  let types = scrubbed(frame.slot(index))
  for (let i = 0; i < size; i++) types = withBytes(types, byteIndex(off + i), 1, type)
  setData(frame, index, types)
}

/** Bytes, and no register. */
function setData(frame: Frame, index: number, types: number): void {
  const slot = frame.slot(index)
  if (slot.types === types && slot.reg === notInit) frame.reach(index)
  else frame.setSlot(index, dataSlot(types))
}

/** A pointer that keeps its meaning on the stack; of others only bytes are left. */
const isSpillable = ({ rules }: Model, reg: RegState): boolean =>
  isPointer(reg) && (rules.allPointersSpill || !lateSpills.has(reg.kind))
const lateSpills: ReadonlySet<RegState['kind']> = new Set(['tp_buffer', 'dynptr', 'insn'])

/** Types of a slot's bytes once data is written over it: of a spilled register, dynptr or iterator only bytes are left. */
function scrubbed(slot: Slot): number {
  const top = byteType(slot, 7)
  if (top !== SPILL && top !== DYNPTR && top !== ITER && top !== IRQ) return slot.types
  let types = slot.types
  for (let i = 0; i < 8; i++) if (!isBlank(byteType(slot, i))) types = withBytes(types, i, 1, MISC)
  return types
}

/** A store somewhere in [min, max): every slot in reach may have changed. */
export function writeStackVariable(
  walk: Walk,
  frame: Frame,
  { min, max }: { readonly min: number; readonly max: number },
  stored: Stored,
): void {
  const zero = stored.kind === 'reg' ? isNull(walk.reg(stored.number)) : stored.kind === 'imm' && stored.imm === 0
  let precise = false
  touchesFastcallStack(walk, frame.subprog, min)
  for (let index = slotIndex(max - 1); index <= slotIndex(min); index++) {
    destroyDynptrAt(walk, frame, index)
    walk.observer?.slotWritten(index)
  }
  for (let at = min; at < max; ) {
    const count = Math.min(8 - (at & 7), max - at)
    const index = slotIndex(at)
    const slot = frame.slot(index)
    // its last byte is the lowest
    const first = byteIndex(at + count - 1)
    at += count
    if (slot === anyBytes) continue
    if (!zero) {
      setData(frame, index, withBytes(scrubbed(slot), first, count, MISC))
      continue
    }
    // a zero written to zeros leaves zeros; anything else leaves misc
    if (isSpilledScalar(slot) && scalar.isZero(slot.reg.var)) {
      const spilledFrom = 8 - spilledBytes(slot)
      if (first + count > spilledFrom) precise = true
      if (first >= spilledFrom) continue
    }
    let types = scrubbed(slot)
    for (let byte = first; byte < first + count; byte++) {
      if (typeOfByte(types, byte) === ZERO) precise = true
      else types = withBytes(types, byte, 1, MISC)
    }
    setData(frame, index, types)
  }
  if (precise && stored.kind === 'reg') markPrecise(walk, stored.number)
}

/** The byte is no data. One that was forgotten would have been read ahead of the walk's knowledge. */
function badRead(type: number, off: number, i: number, size: number): never {
  if (type === POISON) {
    return violate('stack-forgotten', { form: 'load', off, index: i, size })
  }
  return violate('stack-uninit', { off, index: i, size })
}

/** A load from a constant place: the register filled, or what the bytes amount to. */
export function readStack(walk: Walk, frame: Frame, off: number, size: number): RegState {
  const index = slotIndex(off)
  const slot = frame.slot(index)
  markSlotRead(walk.state, frame.frameno, index)
  touchesFastcallStack(walk, frame.subprog, off)
  if (isSpilled(slot)) {
    walk.stepTouch = touchOf(frame.frameno, index)
    const spilled = spilledBytes(slot)
    if (size === 8 && spilled === 8) return linkedFill(walk, frame, index)
    if (slot.reg.kind !== 'scalar') return violate('fill-size')
    if (size <= spilled && off % 8 === 0) {
      // the load itself takes the low part, or extends its sign
      const same = scalar.umaxN(slot.reg.var) < 2 ** (size * 8)
      if (same && size === 4 && spilled === 4) return linkedFill(walk, frame, index)
      return same ? slot.reg : unlinked(slot.reg)
    }
    let spillBytes = 0
    let zeroBytes = 0
    for (let i = 0; i < size; i++) {
      const type = byteType(slot, byteIndex(off + i))
      if (type === SPILL) spillBytes++
      else if (type === ZERO) zeroBytes++
      else if (type !== MISC && type !== INVALID) badRead(type, off, i, size)
    }
    if (spillBytes === size && scalar.isZero(slot.reg.var)) return constReg(0)
    if (zeroBytes === size) {
      walk.stepTouch = undefined
      return constReg(0)
    }
    walk.stepTouch = undefined
    return walk.model.rules.spilledZerosRead ? readBytes(walk, frame, { off, size }) : unknownScalar
  }
  for (let at = off; at < off + size; at++) {
    const type = byteType(frame.slot(slotIndex(at)), byteIndex(at))
    if (type !== MISC && type !== ZERO && type !== INVALID) badRead(type, off, at - off, size)
  }
  return readBytes(walk, frame, { off, size })
}

/** What is filled and what stays in the slot learn from each other: later kernels forget ids, so a fill may need a new one. */
function linkedFill(walk: Walk, frame: Frame, index: number): RegState {
  const slot = frame.slot(index)
  if (!walk.model.rules.loneIdsForgotten || slot.reg.kind !== 'scalar') return slot.reg
  const reg = linkable(walk, slot.reg)
  if (reg !== slot.reg) frame.setSlot(index, { types: slot.types, reg })
  return reg
}

/** Zeros, or bytes of which nothing is known. Bytes of a spilled zero are zeros for later kernels; that it is one then matters exactly. */
function readBytes(walk: Walk, frame: Frame, { off, size }: Bytes): RegState {
  let zeroSpills: Set<number> | undefined
  for (let at = off; at < off + size; at++) {
    const slot = frame.slot(slotIndex(at))
    const type = byteType(slot, byteIndex(at))
    if (type === ZERO) continue
    if (type !== SPILL || !walk.model.rules.spilledZerosRead || !isNull(slot.reg)) return unknownScalar
    zeroSpills ??= new Set()
    zeroSpills.add(slotIndex(at))
  }
  if (zeroSpills !== undefined) markSlotsPrecise(walk, frame.frameno, zeroSpills)
  return constReg(0)
}

/** A load from somewhere in [min, max). */
export function readStackVariable(walk: Walk, number: number, off: number, size: number): RegState {
  const { min, max } = requireStackInitialized(walk, number, { off, size, zeroOk: false, access: 'read' })
  const frame = frameOf(walk, walk.reg(number))
  touchesFastcallStack(walk, frame.subprog, min)
  const value = readBytes(walk, frame, { off: min, size: max - min })
  if (value.kind === 'scalar' && scalar.isZero(value.var)) return scalarReg(scalar.zero)
  return value
}

export interface StackMemory {
  readonly off: number
  readonly size: number
  readonly zeroOk: boolean
  readonly access: StackAccess
  /** The call fills it: nothing is asked of what is there. */
  readonly raw?: boolean
  /** What is read of it was known ahead, whatever its type says: nothing else needs to be there. */
  readonly forgottenOk?: boolean
}

/**
 * Memory on the stack as a call sees it: initialised (or to be written, `raw`), no part of it a dynptr or iterator.
 * A call may write it: what was known of the bytes is forgotten.
 */
export function requireStackInitialized(
  walk: Walk,
  number: number,
  { off, size, zeroOk, access, raw = false, forgottenOk = false }: StackMemory,
): { min: number; max: number } {
  const reg = walk.reg(number)
  const frame = frameOf(walk, reg)
  if (size === 0 && !zeroOk) violate('zero-sized-read', { form: 'stack', reg: number })
  const span = requireStackBounds(walk, number, off, size, access)
  const { min, max } = span
  const variable = hasVarOff(reg)
  if (raw && !variable) {
    for (let at = min; at < max; at++) {
      const slot = frame.slot(slotIndex(at))
      if (slot === anyBytes) at = lastOfSlot(at)
      else if (byteType(slot, byteIndex(at)) === DYNPTR) violate('dynptr-overwrite', { reg: number, at })
    }
    return span
  }
  for (let at = min; at < max; at++) {
    const index = slotIndex(at)
    const slot = frame.slot(index)
    if (slot === anyBytes) {
      markSlotRead(walk.state, reg.frame, index)
      at = lastOfSlot(at)
      continue
    }
    const type = byteType(slot, byteIndex(at))
    const overwritten = access === 'helper' || access === 'overwrite'
    if (type === POISON && !isSpilled(slot) && !forgottenOk && !overwritten) {
      violate('stack-forgotten', { form: 'argument', reg: number, min, index: at - min, size })
    }
    if (type === DYNPTR || type === ITER || type === IRQ) {
      if (variable)
        violate('stack-special', {
          form: 'variable',
          reg: number,
          access,
          varOff: varOffText(reg),
          index: at - min,
          size,
        })
      violate('stack-special', { form: 'fixed', reg: number, access, min, index: at - min, size })
    }
    markSlotRead(walk.state, reg.frame, index)
    if (overwritten) clobber(frame, index, slot, at)
  }
  return span
}

/** The place of the last byte of the slot that the byte at `at` is in. */
const lastOfSlot = (at: number): number => at | 7

/** A call may have written the byte. Of a spill it is part of nothing is left; bytes beside a spill change alone. */
function clobber(frame: Frame, index: number, slot: Slot, at: number): void {
  const byte = byteIndex(at)
  const type = byteType(slot, byte)
  if (type === MISC || (type === POISON && !isSpilled(slot))) return
  if (type !== SPILL && type !== POISON)
    return frame.setSlot(index, { types: withBytes(slot.types, byte, 1, MISC), reg: slot.reg })
  frame.setSlot(index, { types: scrubbed(slot), reg: notInit })
}
