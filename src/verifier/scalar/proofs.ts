// SPDX-License-Identifier: Apache-2.0
// What each jump proves of its operands, taken and not.

import type { JumpName } from './branch.ts'

export type Condition = 'equal' | 'unequal' | 'set' | 'clear' | 'le' | 'lt' | 'sle' | 'slt'

interface Proof {
  readonly yes: Condition
  readonly yesSwap: boolean
  readonly no: Condition
  readonly noSwap: boolean
}

/** Each jump: the condition it proves when taken and when not, and whether the sides are swapped for it. */
const proofs: Readonly<Record<JumpName, Proof>> = {
  jeq: { yes: 'equal', yesSwap: false, no: 'unequal', noSwap: false },
  jne: { yes: 'unequal', yesSwap: false, no: 'equal', noSwap: false },
  jset: { yes: 'set', yesSwap: false, no: 'clear', noSwap: false },
  jlt: { yes: 'lt', yesSwap: false, no: 'le', noSwap: true },
  jle: { yes: 'le', yesSwap: false, no: 'lt', noSwap: true },
  jgt: { yes: 'lt', yesSwap: true, no: 'le', noSwap: false },
  jge: { yes: 'le', yesSwap: true, no: 'lt', noSwap: false },
  jslt: { yes: 'slt', yesSwap: false, no: 'sle', noSwap: true },
  jsle: { yes: 'sle', yesSwap: false, no: 'slt', noSwap: true },
  jsgt: { yes: 'slt', yesSwap: true, no: 'sle', noSwap: false },
  jsge: { yes: 'sle', yesSwap: true, no: 'slt', noSwap: false },
}
export const proofOf = (op: string): Proof | undefined => (proofs as Readonly<Record<string, Proof>>)[op]
