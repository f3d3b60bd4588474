// SPDX-License-Identifier: Apache-2.0
// Where a kernel's answers about helpers and contexts come from.

import type { Btf } from '../btf/index.ts'
import type { CtxAnswer, HelperAnswer, ProgramTraits } from './types.ts'

export function helperAnswer(_id: number, _program: ProgramTraits): HelperAnswer {
  return { ok: false, why: 'unsupported' }
}

export function helperNameOf(_id: number): string | undefined {
  return undefined
}

export function ctxAccess(_btf: Btf, _program: ProgramTraits, _off: number, _size: number, _write: boolean): CtxAnswer {
  return { ok: false, unsupported: 'program contexts are not known yet' }
}
