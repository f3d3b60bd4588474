// SPDX-License-Identifier: Apache-2.0
// What each jump proves of its operands, taken and not.

import type { JumpName } from './branch.ts'
import type { Way } from './types.ts'

export type Condition = 'equal' | 'unequal' | 'set' | 'clear' | 'le' | 'lt' | 'sle' | 'slt'

/** `dst condition src`, or the other way round. */
export interface Proof {
  readonly condition: Condition
  readonly swapped: boolean
}

const proves = (condition: Condition): Proof => ({ condition, swapped: false })
const provesSwapped = (condition: Condition): Proof => ({ condition, swapped: true })

const proofs: Readonly<Record<JumpName, Readonly<Record<Way, Proof>>>> = {
  jeq: { taken: proves('equal'), passed: proves('unequal') },
  jne: { taken: proves('unequal'), passed: proves('equal') },
  jset: { taken: proves('set'), passed: proves('clear') },
  jlt: { taken: proves('lt'), passed: provesSwapped('le') },
  jle: { taken: proves('le'), passed: provesSwapped('lt') },
  jgt: { taken: provesSwapped('lt'), passed: proves('le') },
  jge: { taken: provesSwapped('le'), passed: proves('lt') },
  jslt: { taken: proves('slt'), passed: provesSwapped('sle') },
  jsle: { taken: proves('sle'), passed: provesSwapped('slt') },
  jsgt: { taken: provesSwapped('slt'), passed: proves('sle') },
  jsge: { taken: provesSwapped('sle'), passed: proves('slt') },
}
/** Undefined: no jump of that name. */
export const proofOf = (op: string, way: Way): Proof | undefined =>
  (proofs as Readonly<Record<string, Readonly<Record<Way, Proof>>>>)[op]?.[way]
