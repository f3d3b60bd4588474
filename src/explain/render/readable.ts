// SPDX-License-Identifier: Apache-2.0
import { type DeepOptions, printableDeep } from '../../fault/index.ts'
import type { Outcome } from '../types.ts'

/** An outcome whose every text can be printed: what each renderer begins with. The report, which no renderer prints, stays. */
export function readable(judged: Outcome, options: DeepOptions): Outcome {
  const { object, program, section, type, message, diagnostic, kfuncs, warnings, expected } = judged
  return {
    ...judged,
    ...printableDeep({ object, program, section, type, message, diagnostic, kfuncs, warnings, expected }, options),
  }
}
