// SPDX-License-Identifier: Apache-2.0
// What a program may use, as if its licence were compatible: what would be allowed then.

import { type Kfunc, NoAnswer } from '../kfunc/index.ts'
import type { Kernel, ProgramTraits } from '../kernel/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import { programTraits } from '../verifier/index.ts'

/** What of a program decides which kfuncs, helpers and fields it may use. */
export const traitsOf = (program: LinkedProgram): ProgramTraits => ({ ...programTraits(program), gpl: true })

/** Which kfuncs the program may call: none of a module whose own filter has no answer. */
export function callableBy(program: LinkedProgram, kernel: Kernel): (kfunc: Kfunc) => boolean {
  const traits = traitsOf(program)
  return (kfunc) => isAllowed(kernel, kfunc, traits)
}

/** May such a program call the kfunc? Not where the filter of a module has no answer. */
export function isAllowed(kernel: Kernel, kfunc: Kfunc, traits: ProgramTraits): boolean {
  try {
    return kernel.kfuncAllowed(kfunc, traits)
  } catch (error) {
    if (error instanceof NoAnswer) return false
    throw error
  }
}
