// SPDX-License-Identifier: Apache-2.0
// Variables of the kernel that are objects of the machine's. All others lie zeroed in memory of their own.

import type { Core } from '../core/core.ts'
import { cgroupsOf } from './cgroup.ts'
import { tasksOf } from './task.ts'

/** What makes them, by the variables' names. */
const makers: ReadonlyMap<string, (core: Core) => unknown> = new Map<string, (core: Core) => unknown>([
  ['init_task', tasksOf],
  ['cgrp_dfl_root', cgroupsOf],
])

/** Where it lies; undefined: there is none yet. */
export function kernelVariable(core: Core, name: string): number | undefined {
  makers.get(name)?.(core)
  return core.variables.get(name)
}
