// SPDX-License-Identifier: Apache-2.0
// What a program is held to that asks for it: no register whose ranges and bits contradict each other. Others go on with the bits alone.

import type { Program } from '../program/program.ts'
import * as scalar from '../scalar/index.ts'
import { violate } from '../violations/raise.ts'
import { progFlags } from '../../uapi/index.ts'

export const testsInvariants = ({ linked }: Program): boolean =>
  (linked.flags & progFlags.BPF_F_TEST_REG_INVARIANTS) !== 0

/** `where` is the kernel's name of the place: `alu`, `true_reg1` … */
export function requireInvariant(value: scalar.Scalar, where: string): void {
  const what = scalar.violation(value)
  if (what !== undefined) violate('invariants', { where, what, ranges: rangesText(value) })
}

function rangesText(s: scalar.Scalar): string {
  const hex = (value: bigint): string => `0x${BigInt.asUintN(64, value).toString(16)}`
  const hex32 = (value: number): string => hex(BigInt(value >>> 0))
  return (
    `u64=[${hex(scalar.umin(s))}, ${hex(scalar.umax(s))}] s64=[${hex(scalar.smin(s))}, ${hex(scalar.smax(s))}] ` +
    `u32=[${hex32(s.umin32)}, ${hex32(s.umax32)}] s32=[${hex32(s.smin32)}, ${hex32(s.smax32)}] ` +
    `var_off=(${hex(scalar.tnumValue(s))}, ${hex(scalar.tnumMask(s))})`
  )
}
