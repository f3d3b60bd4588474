// SPDX-License-Identifier: Apache-2.0
// The history of a state, as precision goes back along it: executed insns of which something has to be remembered.

import { MAX_FRAMES } from './frame.ts'

/** A register or stack slot named across frames. */
export interface LinkedReg {
  readonly frame: number
  readonly in: 'reg' | 'slot'
  readonly index: number
}

const namesOfRegs = new Map<number, LinkedReg>()
/** The same value for the same register or slot. */
export function linkedReg(frame: number, place: LinkedReg['in'], index: number): LinkedReg {
  const at = (frame * 64 + index) * 2 + (place === 'slot' ? 1 : 0)
  const known = namesOfRegs.get(at)
  if (known !== undefined) return known
  const name: LinkedReg = { frame, in: place, index }
  namesOfRegs.set(at, name)
  return name
}

/** A stack slot that an insn spills to or fills from. */
export interface StackTouch {
  readonly frame: number
  readonly slot: number
}
const touches: (StackTouch | undefined)[] = Array.from({ length: MAX_FRAMES * 64 }, () => undefined)
/** The same value for the same slot. */
export function touchOf(frame: number, slot: number): StackTouch {
  const at = frame * 64 + slot
  touches[at] ??= { frame, slot }
  return touches[at]!
}

/** Which operands of a jump point to the stack, and so have no exact value to trace. */
export const DST_TO_STACK = 1
export const SRC_TO_STACK = 2
export type ToStack = 0 | 1 | 2 | 3

/**
 * An executed insn of which something has to be remembered, and the plain ones that led to it: from `from` on they follow each other in
 * the program. Linked to the one before it within the same segment; shared by forks.
 */
export interface Step {
  readonly before: Step | undefined
  readonly from: number
  readonly insn: number
  readonly frame: number
  /** Of this segment up to here: insns met by a jump, accesses of the stack, comparisons of linked scalars. */
  readonly weight: number
  readonly toStack: ToStack
  readonly touch: StackTouch | undefined
  readonly linked: readonly LinkedReg[] | undefined
}
