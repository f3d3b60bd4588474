// SPDX-License-Identifier: Apache-2.0
// Arguments beyond the fifth, which kernels since 7.2 take through r11. A program that passes one is `unsupported` (check-insns.ts);
// one that calls with too few is refused as there.

import { IN_REGISTERS, MOST, takesTooMany } from '../../program/contract/many-args.ts'
import type { Model } from '../../program/model.ts'
import type { Subprog } from '../../program/program.ts'
import type { Walk } from '../../engine/walk.ts'
import { violate } from '../../violations/raise.ts'
import { manyArgsWords } from '../../violations/subprogs.ts'

/** How many arguments a kfunc may have. */
export const mostArgs = ({ rules }: Model): number => (rules.manyArgs ? MOST : IN_REGISTERS)

/** Nothing was put below r11 where the walk gets to. */
export function requireArgsPassed(count: number, details: { readonly kfunc?: string } = {}): void {
  if (count > IN_REGISTERS) violate('too-many-args', { form: 'not-passed', ...details, count })
}

/** A static function's types say how many arguments it has, and nothing else. */
export function requireStaticArgs(walk: Walk, subprog: Subprog): void {
  const count = declaredArgs(walk, subprog)
  if (takesTooMany(count)) walk.verbose(manyArgsWords(subprog.name, count, MOST))
  requireArgsPassed(count)
}

/** Of a global function that takes no more than any may, what was not passed is found before what is wrong with the function. */
export function requireGlobalArgs(walk: Walk, subprog: Subprog): void {
  const count = declaredArgs(walk, subprog)
  if (!takesTooMany(count)) requireArgsPassed(count)
}

/** How many a function of the program declares, where the kernel takes more than there are registers for. */
function declaredArgs({ program, model }: Walk, { typeId }: Subprog): number {
  const { btf } = program.linked
  if (!model.rules.manyArgs || btf === undefined || typeId === 0) return 0
  const func = btf.type(typeId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  return proto?.kind === 'func_proto' ? proto.params.length : 0
}
