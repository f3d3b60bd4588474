// SPDX-License-Identifier: Apache-2.0
// What users name by a file descriptor in the kernel: here by the address of the object.

import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { remember } from '../core/remember.ts'
import { cgroupsOf } from '../objects/cgroup.ts'

/** The struct that an object is; undefined: nothing is there (any more). */
export function structAt(core: Core, address: number): string | undefined {
  // the first cgroup is a part of what begins elsewhere
  if (address === cgroupsOf(core).root.address) return 'cgroup'
  const block = core.memory.block(address)
  return block === undefined || block.freed ? undefined : block.what
}

/** 0: a socket is there; else -EBADF, -ENOTSOCK. */
export function socketError(core: Core, address: number): number {
  const struct = structAt(core, address)
  if (struct === undefined) return -errno.EBADF
  return isSocket(struct) ? 0 : -errno.ENOTSOCK
}
/** struct sock, and what begins with one. */
const isSocket = (struct: string): boolean => struct === 'sock' || struct.endsWith('_sock')

/** A loaded program, as maps hold it. */
export interface MapProgram {
  readonly name: string
  readonly type: string
  /** Where it begins in the machine's table of functions. */
  readonly place: number
}

const programs = remember(() => ({
  addresses: new Map<MapProgram, number>(),
  byAddress: new Map<number, MapProgram>(),
}))

/** The address that stands for a program where users name it. */
export function programAddress(core: Core, program: MapProgram): number {
  const { addresses, byAddress } = programs(core)
  let address = addresses.get(program)
  if (address === undefined) {
    address = core.memory.allocate(16, `program ${program.name}`)
    addresses.set(program, address)
    byAddress.set(address, program)
  }
  return address
}
export const programAt = (core: Core, address: number): MapProgram | undefined => programs(core).byAddress.get(address)
