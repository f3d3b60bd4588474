// SPDX-License-Identifier: Apache-2.0
// struct mem_cgroup of control groups, and what a test says that they use.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { createObject, fieldNumber } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { type CgroupMemory, cgroupsOf } from './cgroup.ts'

interface MemoryGroup {
  readonly address: number
  readonly memory: CgroupMemory
  references: number
}

class MemoryGroups {
  private readonly core: Core
  private readonly byCgroup = new Map<number, MemoryGroup>()
  private readonly byAddress = new Map<number, MemoryGroup>()
  constructor(core: Core) {
    this.core = core
  }

  /** Of the control group at an address, with a reference more; 0: there is none. */
  acquire(cgroup: number): number {
    let group = this.byCgroup.get(cgroup)
    if (group === undefined) {
      const found = cgroupsOf(this.core).at(cgroup)
      if (found === undefined) return 0
      const address = createObject(this.core, 'mem_cgroup', { 'css.cgroup': cgroup })
      group = { address, memory: found.memory, references: 0 }
      this.byCgroup.set(cgroup, group)
      this.byAddress.set(address, group)
    }
    group.references++
    return group.address
  }
  release(address: number): void {
    const group = this.at(address)
    if (group.references === 0)
      throw new MachineError('misuse', 'a memory cgroup is released more often than it was acquired')
    group.references--
  }
  at(address: number): MemoryGroup {
    const group = this.byAddress.get(address)
    if (group === undefined) throw new MachineError('misuse', `no memory cgroup is at 0x${address.toString(16)}`)
    return group
  }
  /** The control group that a css is of, be it that of a memory cgroup or another. */
  cgroupOf(css: number): number {
    return fieldNumber(this.core, css, 'cgroup_subsys_state', 'cgroup')
  }
}

export const memoryGroupsOf = remember((core: Core): MemoryGroups => new MemoryGroups(core))
