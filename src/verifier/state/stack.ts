// SPDX-License-Identifier: Apache-2.0
// Eight bytes of stack: what each byte holds, and the register spilled there, if one is.

import { notInit, type RegState } from './reg.ts'

/** What a stack byte holds; four bits each in `Slot.types`. Index 7 is the lowest address, as the kernel's log orders them. */
export const INVALID = 0
export const SPILL = 1
export const MISC = 2
export const ZERO = 3
export const DYNPTR = 4
export const ITER = 5
/** What interrupts were before they were turned off. */
export const IRQ = 6
/** Forgotten because nobody reads it: to be compared as INVALID, never to be read. */
export const POISON = 7
const letters = ['?', 'r', 'm', '0', 'd', 'i', 'f', 'p']
/** Nothing to say of the byte. */
export const isBlank = (type: number): boolean => type === INVALID || type === POISON

export interface Slot {
  readonly types: number
  /** The spilled register, or what is known of the dynptr or iterator whose part this is. */
  readonly reg: RegState
}

export const emptySlot: Slot = { types: 0, reg: notInit }
/** The same type in all eight bytes. */
export const uniform = (type: number): number => Math.imul(type, 0x11111111)
export const slotOf = (type: number, reg: RegState = notInit): Slot => ({ types: uniform(type), reg })
export const typeOfByte = (types: number, byte: number): number => (types >>> (byte * 4)) & 15
export const byteType = (slot: Slot, byte: number): number => typeOfByte(slot.types, byte)

const dataSlots = new Map<number, Slot>()
/** Bytes of these types and no register; the same value for the same types, of which there are at most 65,536. */
export function dataSlot(types: number): Slot {
  const known = dataSlots.get(types)
  if (known !== undefined) return known
  const slot: Slot = { types, reg: notInit }
  dataSlots.set(types, slot)
  return slot
}

/** Eight bytes of which nothing is known but that they were written: the one slot that says so. */
export const anyBytes: Slot = dataSlot(uniform(MISC))

export function withBytes(types: number, from: number, count: number, type: number): number {
  let result = types
  for (let i = from; i < from + count; i++) result = (result & ~(15 << (i * 4))) | (type << (i * 4))
  return result
}

/** A register is spilled here, whole or its low part: the top byte says so. */
export const isSpilled = (slot: Slot): boolean => byteType(slot, 7) === SPILL
export const isSpilledScalar = (slot: Slot): boolean => isSpilled(slot) && slot.reg.kind === 'scalar'
/** How many of the upper bytes belong to the spill: 8 for a full one, 4, 2 or 1 otherwise. */
export function spilledBytes(slot: Slot): number {
  let count = 0
  while (count < 8 && byteType(slot, 7 - count) === SPILL) count++
  return count
}
/** Nothing is known to be there. */
export function isUnset(slot: Slot): boolean {
  for (let i = 0; i < 8; i++) if (!isBlank(byteType(slot, i))) return false
  return true
}
/** `rrrrmm00`: index 0 (highest address) first. */
export const slotText = (slot: Slot): string => {
  let text = ''
  for (let i = 0; i < 8; i++) text += letters[byteType(slot, i)]
  return text
}
export const allBytes = (slot: Slot, type: number): boolean => slot.types === uniform(type)
/** What is written where dynptrs, iterators and saved interrupts are must know of them, though nobody reads them. */
export function isObject(slot: Slot): boolean {
  const top = byteType(slot, 7)
  return top === DYNPTR || top === ITER || top === IRQ
}
