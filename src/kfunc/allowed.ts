// SPDX-License-Identifier: Apache-2.0
// Who may call a kfunc. kfuncs.rst "Registering the kfuncs": visibility is per program type, narrowed by filters.

import { type FilterSubject, filterRow } from './filters.ts'
import { hookOfType } from './hooks.ts'
import type { Kfunc, KfuncRegistration } from './types.ts'

/**
 * The registration that lets this program call the kfunc: the common table first, then the one of the program's hook,
 * each behind its filter. Undefined: 'calling kernel function … is not allowed'.
 * An extension (freplace) program asks with the type of the program it replaces a part of.
 */
export function registrationFor(kfunc: Kfunc, program: FilterSubject): KfuncRegistration | undefined {
  const hook = hookOfType(program.type)
  const passes = ({ filter }: KfuncRegistration): boolean =>
    filter === undefined || (filterRow(filter)?.allows(program) ?? false)
  const { registrations } = kfunc
  return (
    registrations.find((row) => row.types.includes('common') && passes(row)) ??
    registrations.find((row) => hook !== undefined && row.types.includes(program.type) && passes(row))
  )
}

/** Every program type that may call the kfunc (filters aside), or ['common'] where all may. */
export function callerTypes(kfunc: Kfunc): readonly string[] {
  const types = new Set(kfunc.registrations.flatMap((row) => row.types).filter((type) => type !== 'fmodret'))
  return types.has('common') ? ['common'] : [...types]
}
