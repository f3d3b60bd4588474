// SPDX-License-Identifier: Apache-2.0
// Where a kernel's answers about helpers and contexts come from.

import type { Btf } from '../btf/index.ts'
import { helperName, lookupHelper } from './helpers/index.ts'
import type { CtxAnswer, HelperAnswer, ProgramTraits } from './types.ts'

export const helperAnswer = (id: number, program: ProgramTraits): HelperAnswer => lookupHelper(id, program)

export const helperNameOf = (id: number): string | undefined => helperName(id)

export function ctxAccess(_btf: Btf, _program: ProgramTraits, _off: number, _size: number, _write: boolean): CtxAnswer {
  return { ok: false, unsupported: 'program contexts are not known yet' }
}
