// SPDX-License-Identifier: Apache-2.0
// The kernel's objects in a machine's memory, laid out by its BTF.

import type { Core } from './core.ts'
import { MachineError } from './errors.ts'

/** A zeroed struct of the kernel's. */
export function createObject(core: Core, struct: string, values: Fields = {}): number {
  const address = core.memory.allocate(core.layouts.sizeOf(struct), struct)
  setFields(core, address, struct, values)
  return address
}

/** By path within the struct; what this kernel does not have is passed over where the value is 0 or undefined. */
export type Fields = Readonly<Record<string, number | bigint | Uint8Array | undefined>>

export function setFields(core: Core, address: number, struct: string, values: Fields): void {
  for (const [path, value] of Object.entries(values)) {
    if (value === undefined) continue
    const field = core.layouts.find(struct, path)
    if (field === undefined) {
      if (value === 0 || value === 0n) continue
      throw new MachineError('not-modelled', `this kernel has no ${struct}.${path}`)
    }
    if (!(value instanceof Uint8Array) && typeof value !== 'bigint' && !Number.isInteger(value))
      throw new MachineError('misuse', `${struct}.${path} takes a whole number or bytes, not ${JSON.stringify(value)}`)
    const at = address + field.offset
    if (value instanceof Uint8Array) core.memory.write(at, value.subarray(0, field.size))
    else if (field.bits === 8 * field.size) core.memory.setNumber(at, field.size, value)
    else {
      const mask = ((1n << BigInt(field.bits)) - 1n) << BigInt(field.shift)
      const kept = core.memory.number(at, field.size) & ~mask
      core.memory.setNumber(at, field.size, kept | ((BigInt(value) << BigInt(field.shift)) & mask))
    }
  }
}

/** The same, but for fields that only some kernels have. */
export const setKnownFields = (core: Core, address: number, struct: string, fields: Fields): void =>
  setFields(
    core,
    address,
    struct,
    Object.fromEntries(Object.entries(fields).filter(([path]) => core.layouts.find(struct, path) !== undefined)),
  )

/** A number in the struct, without sign; 0 where this kernel has no such field. */
export function fieldValue(core: Core, address: number, struct: string, path: string): bigint {
  const field = core.layouts.find(struct, path)
  if (field === undefined) return 0n
  const value = core.memory.number(address + field.offset, Math.min(8, field.size))
  return BigInt.asUintN(field.bits, value >> BigInt(field.shift))
}
export function fieldNumber(core: Core, address: number, struct: string, path: string): number {
  const field = core.layouts.find(struct, path)
  // most are whole words
  if (field?.bits === 32 && field.size === 4) return core.memory.u32(address + field.offset)
  if (field?.bits === 64 && field.size === 8) return core.memory.integer(address + field.offset)
  return Number(fieldValue(core, address, struct, path))
}
