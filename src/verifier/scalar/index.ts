// SPDX-License-Identifier: Apache-2.0
// The abstract domain of scalars: known bits and ranges, as Linux 6.12 tracks them. Values are immutable.

export { alu } from './alu.ts'
export type { AluName } from './alu.ts'
export { isInconsistent, sanitized, violation } from './bounds.ts'
export { branchTaken } from './branch.ts'
export type { JumpName } from './branch.ts'
export { formatConst, formatScalar, formatSigned, formatTnum, formatUnsigned } from './format.ts'
export { clamped, clampSigned, constant, constantNumber, fromRange, unknown, withUmax, zero } from './make.ts'
export type { Limits } from './make.ts'
export { addPointerOffset, linkedPlus, maskFork, subPointerOffset } from './offset.ts'
export { covers, hull } from './hull.ts'
export { sameScalar, within } from './order.ts'
export {
  bitWidth,
  constNumber,
  constValue,
  isAlignedAt,
  isConst,
  isConst32,
  isUnknown,
  isLowZero,
  isZero,
  s32max,
  s32min,
  smax,
  smaxN,
  smin,
  sminN,
  tnumMask,
  tnumValue,
  u32max,
  u32min,
  umax,
  umaxN,
  umin,
  uminN,
} from './read.ts'
export { refineBranch, refineBranchRaw, refineBranchSelf } from './refine.ts'
export { byteSwap, movsx, signedOfSize, truncateLoad, unsignedOfSize, zext32 } from './resize.ts'
export { arcStart } from './cell.ts'
export { circular } from './circular.ts'
export { type Domain, linear } from './domain.ts'
export { linearWith } from './linear-later.ts'
export type { Scalar, Tnum, Way } from './types.ts'
