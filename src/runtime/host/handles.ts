// SPDX-License-Identifier: Apache-2.0
// Objects of the host, as programs hold them: a block of the struct's size in the machine's memory stands for each. A program cannot make one
// up: its verifier saw to that, and an address that stands for nothing is refused here.

import { type Btf, type BtfId, type BtfStruct, resolveType, sizeOf } from '../../btf/index.ts'
import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { placesOf, type Trace } from '../core/places.ts'
import { remember } from '../core/remember.ts'

/** Anything with identity. */
export type HostObject = object

export interface Handle {
  readonly address: number
  readonly object: HostObject
  /** The struct it is to programs. */
  readonly struct: string
  readonly type: HandleType
  /** References that programs, maps and kfuncs hold. */
  references: number
  /** When references were taken that are not given back, and when one was given back last; empty where that is not kept. */
  readonly taken: Trace[]
  released: Trace | undefined
  /** Programs have seen it without a reference: it stays when the last one is given back. */
  lent: boolean
}

interface HandleType {
  readonly btf: Btf
  readonly struct: BtfStruct
}

interface MemberType {
  readonly btf: Btf
  readonly id: BtfId
  readonly size: number
}

const kept = (): Pick<Handle, 'taken' | 'released'> => ({ taken: [], released: undefined })

/** An object that one parameter was given last, and its address, until any object is gone. */
export interface Latest {
  /** NOWHERE: there is none. */
  address: number
  object: HostObject | undefined
}
const NOWHERE = -1

const RECENT = 64
/** Blocks begin at multiples of 16. */
const placeOf = (address: number): number => (address >> 4) & (RECENT - 1)

export class Handles {
  private readonly core: Core
  private readonly byAddress = new Map<number, Handle>()
  private readonly byObject = new Map<HostObject, Map<string, Handle>>()
  /** The latest of `byAddress`, each in one of a few places that follows from its address: a Map costs several times as much. */
  private readonly recentAddresses = new Int32Array(RECENT)
  private readonly recent: (HostObject | undefined)[] = Array.from({ length: RECENT }, () => undefined)
  /** Those that have one: a machine may bind bodies for any number of programs. */
  private latest: Latest[] = []
  /** Whose fields are being written. */
  private readonly writing = new Set<Handle>()
  constructor(core: Core) {
    this.core = core
  }

  /** What stands for the object, with a reference more. What its properties say of the struct's fields is written there. */
  acquire(object: HostObject, btf: Btf, struct: BtfStruct): Handle {
    const handle = this.find(object, struct.name) ?? this.make(object, { btf, struct })
    handle.references++
    if (this.core.traces) handle.taken.push(placesOf(this.core).now())
    this.writeFields(handle)
    return handle
  }

  /** The same for whoever does not own it: it is there as long as the machine. */
  lend(object: HostObject, btf: Btf, struct: BtfStruct): Handle {
    const handle = this.find(object, struct.name) ?? this.make(object, { btf, struct })
    handle.lent = true
    this.writeFields(handle)
    return handle
  }

  /** The handle, with a reference less; without any, programs can reach the object no more. */
  release(address: number): Handle {
    const handle = this.at(address)
    if (handle.references < 1)
      throw new MachineError(
        'misuse',
        `struct ${handle.struct} at 0x${address.toString(16)} is released, but is not held${this.whereReleased(handle)}`,
      )
    handle.references--
    if (this.core.traces) {
      handle.taken.pop()
      handle.released = placesOf(this.core).now()
    }
    if (handle.references === 0 && !handle.lent) this.drop(handle)
    else this.writeFields(handle)
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
        ? `${block.what} at 0x${address.toString(16)} is used after its last reference was released${this.core.memory.whereFreed(block)}`
        : `nothing of the host's is at 0x${address.toString(16)}`,
    )
  }
  /** undefined: nothing of the host's is there. */
  objectAt(address: number): HostObject | undefined {
    const place = placeOf(address)
    return this.recentAddresses[place] === address ? this.recent[place] : this.findObject(address, place)
  }
  newLatest(): Latest {
    return { address: NOWHERE, object: undefined }
  }
  /** The same as `objectAt`, which is then the latest of the parameter. */
  latestAt(latest: Latest, address: number): HostObject | undefined {
    const object = this.objectAt(address)
    if (object === undefined) return undefined
    if (latest.address === NOWHERE) this.latest.push(latest)
    latest.address = address
    latest.object = object
    return object
  }
  private findObject(address: number, place: number): HostObject | undefined {
    const object = this.byAddress.get(address)?.object
    if (object === undefined) return undefined
    this.recentAddresses[place] = address
    this.recent[place] = object
    return object
  }
  has(address: number): boolean {
    return this.byAddress.has(address)
  }

  private whereReleased({ released }: Handle): string {
    return released === undefined ? '' : ` (released at ${placesOf(this.core).text(released)})`
  }

  /** What is still held, for a test to look at when all is done. */
  held(): readonly Handle[] {
    return [...this.byAddress.values()].filter(({ references }) => references > 0)
  }

  /** Properties of the object that are fields of the struct, for programs to read. */
  private writeFields(handle: Handle): void {
    // objects may lead to one another in circles
    if (this.writing.has(handle)) return
    this.writing.add(handle)
    try {
      this.writeMembers(handle.address, handle.object, handle.type)
    } finally {
      this.writing.delete(handle)
    }
  }

  private writeMembers(address: number, object: object, { btf, struct }: HandleType): void {
    for (const { name, type, bitOffset, bitSize } of struct.members) {
      // whatever is there by that name: what does not fit the member's type is passed over
      const value: unknown = Reflect.get(object, name)
      const size = sizeOf(btf, type)
      if (size === undefined || bitSize !== 0) continue
      this.writeMember(address + (bitOffset >> 3), value, { btf, id: type, size })
    }
  }

  private writeMember(at: number, value: unknown, { btf, id, size }: MemberType): void {
    const { memory } = this.core
    const type = resolveType(btf, id)
    if (typeof value === 'number' && Number.isFinite(value)) memory.setNumber(at, size, Math.trunc(value))
    else if (typeof value === 'bigint' || typeof value === 'boolean') memory.setNumber(at, size, BigInt(value))
    else if (typeof value === 'string' && type.kind === 'array') {
      const bytes = new Uint8Array(size)
      bytes.set(new TextEncoder().encode(value).subarray(0, size - 1))
      memory.write(at, bytes)
    } else if (value instanceof Uint8Array) memory.write(at, value.subarray(0, size))
    else if (typeof value !== 'object' || value === null) return
    else if (type.kind === 'struct') this.writeMembers(at, value, { btf, struct: type })
    else if (type.kind === 'ptr') {
      const target = resolveType(btf, type.type)
      if (target.kind === 'struct') memory.setPointer(at, this.lend(value, btf, target).address)
    }
  }

  private find(object: HostObject, struct: string): Handle | undefined {
    return this.byObject.get(object)?.get(struct)
  }

  private make(object: HostObject, type: HandleType): Handle {
    const { struct } = type
    const address = this.core.memory.allocate(Math.max(struct.size, 1), `struct ${struct.name}`)
    const handle: Handle = { address, object, struct: struct.name, type, references: 0, lent: false, ...kept() }
    this.byAddress.set(address, handle)
    const known = this.byObject.get(object)
    if (known === undefined) this.byObject.set(object, new Map([[struct.name, handle]]))
    else known.set(struct.name, handle)
    return handle
  }

  private drop(handle: Handle): void {
    this.byAddress.delete(handle.address)
    const place = placeOf(handle.address)
    if (this.recentAddresses[place] === handle.address) {
      this.recentAddresses[place] = 0
      this.recent[place] = undefined
    }
    for (const latest of this.latest) {
      latest.address = NOWHERE
      latest.object = undefined
    }
    this.latest = []
    const known = this.byObject.get(handle.object)
    known?.delete(handle.struct)
    if (known?.size === 0) this.byObject.delete(handle.object)
    this.core.memory.free(handle.address)
  }
}

export const handlesOf = remember((core: Core): Handles => new Handles(core))
