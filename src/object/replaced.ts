// SPDX-License-Identifier: Apache-2.0
import type { LinkedProgram } from './types.ts'

/** An extension (freplace) as what it is judged and run as: of the type of the program that it replaces a function of. Others as they are. */
export function asReplaced(linked: LinkedProgram): LinkedProgram {
  const original = linked.type === 'BPF_PROG_TYPE_EXT' ? linked.attach?.program : undefined
  return original === undefined ? linked : { ...linked, type: original.type, attachType: original.attachType }
}
