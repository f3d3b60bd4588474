// SPDX-License-Identifier: Apache-2.0
// A program that a test needs, and the kernel does not take.
import { checkProgram } from '../../check.ts'
import { renderPretty } from '../../explain/index.ts'
import type { ObjectProgram } from '../../object/index.ts'
import { type Refusal, whyRefused } from '../../runtime/index.ts'
import type { ProgTypeName } from '../../uapi/index.ts'
import type { Outcome, Tested } from './types.ts'

/** Why it is not accepted, as `check` tells it; where that accepts it, what kept the machine from loading it. */
export function refused(
  { object, kernel, type: told }: Tested,
  program: ObjectProgram,
  { type = told, refusal }: { readonly type?: ProgTypeName | undefined; readonly refusal?: Refusal | undefined } = {},
): Outcome {
  const checked = checkProgram(object, program, kernel, type === undefined ? {} : { type })
  if (checked.report?.verdict === 'accept')
    return {
      status: 'error',
      why: refusal === undefined ? `${program.name} is accepted, and not loaded` : whyRefused(program.name, refusal),
    }
  return {
    status: 'error',
    why: `${program.name} is not accepted, so it does not run`,
    log: renderPretty(checked).trimEnd().split('\n'),
  }
}
