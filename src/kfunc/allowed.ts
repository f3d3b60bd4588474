// SPDX-License-Identifier: Apache-2.0
// Who may call a kfunc. kfuncs.rst "Registering the kfuncs": visibility is per program type, narrowed by filters.

import { type FilterSubject, filterRow } from './filters.ts'
import type { Kfunc, KfuncRegistration } from './types.ts'

export interface Caller extends FilterSubject {
  /** The program an extension attaches to. */
  readonly target?: { readonly type: string; readonly attachType: string | undefined } | undefined
}

/**
 * The registration that lets this program call the kfunc: the common table first, then the one of the program's hook,
 * each behind its filter. Undefined: 'calling kernel function … is not allowed'.
 * An extension (freplace) program looks where the program it replaces a part of would; filters still see an extension,
 * though with that program's attach type. kernel/bpf/btf.c and verifier.c of 6.12.
 */
export function registrationFor(kfunc: Kfunc, program: Caller): KfuncRegistration | undefined {
  const target = program.type === 'BPF_PROG_TYPE_EXT' ? program.target : undefined
  const type = target?.type ?? program.type
  const subject = target === undefined ? program : { ...program, attachType: target.attachType }
  const passes = ({ filter, allows, set }: KfuncRegistration): boolean =>
    filter === undefined || ((allows ?? filterRow(filter)?.allows)?.(subject, { kfunc: kfunc.name, set }) ?? false)
  const { registrations } = kfunc
  return (
    registrations.find((row) => row.types.includes('common') && passes(row)) ??
    registrations.find((row) => row.hook !== undefined && row.types.includes(type) && passes(row))
  )
}

/** Every program type that may call the kfunc (filters aside), or ['common'] where all may. */
export function callerTypes(kfunc: Kfunc): readonly string[] {
  const types = new Set(kfunc.registrations.flatMap((row) => row.types).filter((type) => type !== 'fmodret'))
  return types.has('common') ? ['common'] : [...types]
}
