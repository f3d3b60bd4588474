// SPDX-License-Identifier: Apache-2.0
// What the verifier does with scalars, in either way of tracking them: four ranges each on its own, or arcs (circular.ts).

import { alu, aluUnsettled } from './alu.ts'
import { branchTaken } from './branch.ts'
import { addPointerOffset, linkedPlus, subPointerOffset } from './offset.ts'
import { refineBranch, refineBranchRaw, refineBranchSelf, refineBranchSelfRaw } from './refine.ts'
import { byteSwap, movsx, truncateLoad, zext32 } from './resize.ts'
import type { Scalar, Way } from './types.ts'

type Width = 32 | 64

export interface Domain {
  alu(name: string, width: Width, a: Scalar, b: Scalar): Scalar
  byteSwap(name: string, bytes: number, s: Scalar): Scalar
  zext32(s: Scalar): Scalar
  truncateLoad(s: Scalar, bytes: number): Scalar
  movsx(s: Scalar, bytes: number, width: Width): Scalar
  addPointerOffset(offset: Scalar, s: Scalar): Scalar
  subPointerOffset(offset: Scalar, s: Scalar): Scalar
  /** A register linked to one worth `s` at a distance, which was added in so many bits. */
  linkedPlus(s: Scalar, delta: number, width: Width): Scalar
  branchTaken(op: string, width: Width, a: Scalar, b: Scalar): boolean | undefined
  /** `if a op a`. */
  branchTakenSelf(op: string, width: Width, a: Scalar): boolean | undefined
  refineBranch(op: string, width: Width, a: Scalar, b: Scalar, way: Way): [Scalar, Scalar]
  refineBranchSelf(op: string, width: Width, a: Scalar, way: Way): Scalar
  /** The same with contradictions left in, for programs that are refused for one; arcs know of none. */
  readonly unsettled?: Pick<Domain, 'alu' | 'refineBranch' | 'refineBranchSelf'>
}

/** As Linux until 7.2. */
export const linear: Domain = {
  alu,
  byteSwap,
  zext32,
  truncateLoad,
  movsx,
  addPointerOffset,
  subPointerOffset,
  linkedPlus,
  branchTaken,
  branchTakenSelf: (op, width, a) => branchTaken(op, width, a, a),
  refineBranch,
  refineBranchSelf,
  unsettled: { alu: aluUnsettled, refineBranch: refineBranchRaw, refineBranchSelf: refineBranchSelfRaw },
}
