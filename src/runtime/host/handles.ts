// SPDX-License-Identifier: Apache-2.0
// Objects of the host, as programs hold them: a block of the struct's size in the machine's memory stands for each. A program cannot make one
// up: its verifier saw to that, and an address that stands for nothing is refused here.

import { type Btf, type BtfStruct, resolveType, sizeOf } from '../../btf/index.ts'
import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { remember } from '../core/remember.ts'

/** Anything with identity. */
export type HostObject = object

export interface Handle {
  readonly address: number
  readonly object: HostObject
  /** The struct it is to programs. */
  readonly struct: string
  /** References that programs, maps and kfuncs hold. */
  references: number
}

export class Handles {
  private readonly core: Core
  private readonly byAddress = new Map<number, Handle>()
  private readonly byObject = new Map<HostObject, Map<string, Handle>>()
  constructor(core: Core) {
    this.core = core
  }

  /** What stands for the object, with a reference more. What its properties say of the struct's fields is written there. */
  acquire(object: HostObject, btf: Btf, struct: BtfStruct): Handle {
    const handle = this.find(object, struct.name) ?? this.make(object, struct)
    handle.references++
    this.writeFields(handle, btf, struct)
    return handle
  }

  /** The same for whoever does not own it: it is there as long as the machine, or its last reference. */
  lend(object: HostObject, btf: Btf, struct: BtfStruct): Handle {
    const handle = this.find(object, struct.name) ?? this.make(object, struct)
    this.writeFields(handle, btf, struct)
    return handle
  }

  /** The handle, with a reference less; without any, programs can reach the object no more. */
  release(address: number): Handle {
    const handle = this.at(address)
    if (handle.references < 1)
      throw new MachineError(
        'misuse',
        `struct ${handle.struct} at 0x${address.toString(16)} is released, but nobody holds it`,
      )
    if (--handle.references === 0) this.drop(handle)
    return handle
  }

  /** Throws where nothing of the host is there, or not any more. */
  at(address: number): Handle {
    const handle = this.byAddress.get(address)
    if (handle !== undefined) return handle
    const block = this.core.memory.block(address)
    throw new MachineError(
      'misuse',
      block?.freed === true
        ? `${block.what} at 0x${address.toString(16)} is used after its last reference was given back`
        : `nothing of the host's is at 0x${address.toString(16)}`,
    )
  }
  has(address: number): boolean {
    return this.byAddress.has(address)
  }

  /** What is still held, for a test to look at when all is done. */
  held(): readonly Handle[] {
    return [...this.byAddress.values()].filter(({ references }) => references > 0)
  }

  /** Properties of the object that are fields of the struct, for programs to read. */
  writeFields({ address, object }: Handle, btf: Btf, struct: BtfStruct): void {
    for (const member of struct.members) {
      // whatever is there by that name: only numbers, text and bytes are written
      const value: unknown = Reflect.get(object, member.name)
      const size = sizeOf(btf, member.type)
      if (size === undefined || member.bitSize !== 0) continue
      const at = address + (member.bitOffset >> 3)
      if (typeof value === 'number' && Number.isFinite(value)) this.core.memory.setNumber(at, size, Math.trunc(value))
      else if (typeof value === 'bigint' || typeof value === 'boolean')
        this.core.memory.setNumber(at, size, BigInt(value))
      else if (typeof value === 'string' && resolveType(btf, member.type).kind === 'array') {
        const bytes = new Uint8Array(size)
        bytes.set(new TextEncoder().encode(value).subarray(0, size - 1))
        this.core.memory.write(at, bytes)
      } else if (value instanceof Uint8Array) this.core.memory.write(at, value.subarray(0, size))
    }
  }

  private find(object: HostObject, struct: string): Handle | undefined {
    return this.byObject.get(object)?.get(struct)
  }

  private make(object: HostObject, struct: BtfStruct): Handle {
    const address = this.core.memory.allocate(Math.max(struct.size, 1), `struct ${struct.name}`)
    const handle: Handle = { address, object, struct: struct.name, references: 0 }
    this.byAddress.set(address, handle)
    const known = this.byObject.get(object)
    if (known === undefined) this.byObject.set(object, new Map([[struct.name, handle]]))
    else known.set(struct.name, handle)
    return handle
  }

  private drop(handle: Handle): void {
    this.byAddress.delete(handle.address)
    const known = this.byObject.get(handle.object)
    known?.delete(handle.struct)
    if (known?.size === 0) this.byObject.delete(handle.object)
    this.core.memory.free(handle.address)
  }
}

export const handlesOf = remember((core: Core): Handles => new Handles(core))
