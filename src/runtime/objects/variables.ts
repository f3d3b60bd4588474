// SPDX-License-Identifier: Apache-2.0
// Variables of the kernel that are objects of the machine's. All others lie zeroed in memory of their own.

import type { Core } from '../core/core.ts'
import { cgroupsOf } from './cgroup.ts'
import { network } from './net.ts'
import { tasksOf } from './task.ts'

/** What makes them, by the variables' names. */
const makers: ReadonlyMap<string, (core: Core) => unknown> = new Map<string, (core: Core) => unknown>([
  ['init_task', tasksOf],
  ['cgrp_dfl_root', cgroupsOf],
  ['init_net', network],
])

/** Where it lies; undefined: there is none yet. */
function kernelVariable(core: Core, name: string): number | undefined {
  makers.get(name)?.(core)
  return core.variables.get(name)
}

/** Where a function or variable of the kernel lies, which programs see the address of: always the same. */
export function addressOfKernel(core: Core, name: string, size = 8): number {
  let address = kernelVariable(core, name)
  if (address === undefined) {
    address = core.memory.allocate(size, `${name} of the kernel`)
    core.variables.set(name, address)
  }
  return address
}
