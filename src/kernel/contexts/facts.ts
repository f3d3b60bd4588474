// SPDX-License-Identifier: Apache-2.0
// What rules about contexts ask of the kernel.
import type { Btf } from '../../btf/index.ts'
import type { GateName } from '../gates.ts'
import type { StructOpsKind } from '../struct-ops-kinds.ts'
import { boolLsmHooks, disabledLsmHooks, sleepableLsmHooks, untrustedLsmHooks } from '../helpers/lsm-hooks.ts'

export interface ContextFacts {
  readonly btf: Btf
  gate(name: GateName): boolean
  functionSet(name: string): ReadonlySet<string>
  structOps(name: string): StructOpsKind | undefined
}

/** Sets of LSM hooks that every kernel has, with those of 6.12 for a kernel whose own could not be read. */
const hookSets = {
  bpf_lsm_disabled_hooks: disabledLsmHooks,
  bool_lsm_hooks: boolLsmHooks,
  sleepable_lsm_hooks: sleepableLsmHooks,
  untrusted_lsm_hooks: untrustedLsmHooks,
} as const

/** Is the hook, named with or without `bpf_lsm_`, in this set of the kernel's? */
export function isHookIn(
  { functionSet }: Pick<ContextFacts, 'functionSet'>,
  set: keyof typeof hookSets,
  hook: string | undefined,
): boolean {
  const name = (hook ?? '').replace(/^bpf_lsm_/, '')
  const own = functionSet(set)
  return own.size > 0 ? own.has(`bpf_lsm_${name}`) : hookSets[set].has(name)
}
