// SPDX-License-Identifier: Apache-2.0
// Objects of the machine's that a mock or body answers (`machine.task()`): the program is given the object itself, not something that stands
// for it, with a reference more where the kfunc acquires one.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { isOfMachine } from '../core/made.ts'
import { acquireCgroup } from '../objects/cgroup.ts'
import { filesOf } from '../objects/file.ts'
import { tryGet } from '../objects/refcount.ts'

/** Takes a reference; false: there is none to be had any more. */
type Acquire = (core: Core, address: number) => boolean

const counter =
  (struct: string, field: string): Acquire =>
  (core, address) =>
    tryGet(core, address + core.layouts.offset(struct, field))

const acquires: ReadonlyMap<string, Acquire> = new Map<string, Acquire>([
  ['task_struct', counter('task_struct', 'rcu_users')],
  ['cgroup', (core, address) => acquireCgroup(core, address) !== 0],
  [
    'file',
    (core, address) => {
      filesOf(core).at(address).references++
      return true
    },
  ],
])

/**
 * Where the object lies, 0 where a reference is wanted and none can be had; undefined: it is the host's. `what`: who answers it.
 */
export function addressOfOwn(
  core: Core,
  object: object,
  { struct, owned, what }: { readonly struct: string; readonly owned: boolean; readonly what: string },
): number | undefined {
  const made = isOfMachine(core, object)
  if (made === undefined) return undefined
  const isSocket = made.struct === 'sock' && /sock(_common)?$/.test(struct)
  if (made.struct !== struct && !isSocket)
    throw new MachineError('misuse', `${what} returns struct ${struct}, and its body returned a struct ${made.struct}`)
  if (core.memory.block(made.address)?.freed === true)
    throw new MachineError('misuse', `${what} returns a struct ${struct} that is not there any more`)
  const acquire = owned ? acquires.get(struct) : undefined
  return acquire === undefined || acquire(core, made.address) ? made.address : 0
}
