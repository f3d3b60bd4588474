// SPDX-License-Identifier: Apache-2.0
// Objects of a program's own types: bpf_obj_new() and what it gives back to. A struct with a bpf_refcount counts its owners, others have one.

import { type Btf, type BtfId, resolveType, sizeOf } from '../../btf/index.ts'
import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { remember } from '../core/remember.ts'
import { ValueFields } from '../maps/fields.ts'

interface OwnedType {
  readonly name: string
  readonly size: number
  /** What goes with an object: lists and trees in it, kptrs. */
  readonly fields: ValueFields
  /** Where it counts its owners; undefined: it does not. */
  readonly refcount: number | undefined
}

export class Owned {
  private readonly core: Core
  private readonly types = new Map<Btf, Map<BtfId, OwnedType>>()
  private readonly objects = new Map<number, OwnedType>()
  /** By a node that is in a list or tree: the object around it. */
  private readonly around = new Map<number, number>()
  /** Bytes from one CPU's part to the next, of objects that every CPU has its own of. */
  private readonly strides = new Map<number, number>()

  constructor(core: Core) {
    this.core = core
  }

  create(btf: Btf, typeId: BtfId): number {
    const type = this.typeOf(btf, typeId)
    const address = this.core.memory.allocate(Math.max(type.size, 1), `struct ${type.name}`)
    this.objects.set(address, type)
    if (type.refcount !== undefined) this.core.memory.setU32(address + type.refcount, 1)
    return address
  }

  /** An owner less; without any it is gone, with what it holds. */
  drop(address: number): void {
    const type = this.typeAt(address)
    const { memory } = this.core
    if (type.refcount !== undefined) {
      const left = memory.u32(address + type.refcount) - 1
      memory.setU32(address + type.refcount, left)
      if (left > 0) return
    }
    this.objects.delete(address)
    type.fields.release(address)
    memory.free(address)
  }

  /** An owner more. */
  acquire(address: number): void {
    const { refcount } = this.typeAt(address)
    if (refcount === undefined) throw new MachineError('misuse', `an object without bpf_refcount has one owner`)
    const { memory } = this.core
    memory.setU32(address + refcount, memory.u32(address + refcount) + 1)
  }
  has(address: number): boolean {
    return this.objects.has(address)
  }

  createPercpu(btf: Btf, typeId: BtfId): number {
    const { size, name } = this.typeOf(btf, typeId)
    const stride = (size + 7) & ~7
    const address = this.core.memory.allocate(stride * this.core.cpus, `struct ${name} of each CPU`)
    this.strides.set(address, stride)
    return address
  }
  dropPercpu(address: number): void {
    this.strides.delete(address)
    this.core.memory.free(address)
  }
  /** Of what is one for all CPUs 0. */
  strideOf(address: number): number {
    return this.strides.get(address) ?? 0
  }

  /** The node goes into a list or tree. */
  put(node: number, object: number): void {
    this.around.set(node, object)
  }
  /** And out of it. */
  take(node: number): number {
    const object = this.around.get(node)
    if (object === undefined)
      throw new MachineError('misuse', `the node at 0x${node.toString(16)} is in no list or tree`)
    this.around.delete(node)
    return object
  }

  private typeAt(address: number): OwnedType {
    const type = this.objects.get(address)
    if (type === undefined)
      throw new MachineError('misuse', `no object of a program's own is at 0x${address.toString(16)}`)
    return type
  }

  private typeOf(btf: Btf, typeId: BtfId): OwnedType {
    let known = this.types.get(btf)
    if (known === undefined) {
      known = new Map()
      this.types.set(btf, known)
    }
    let type = known.get(typeId)
    if (type === undefined) {
      const fields = new ValueFields(this.core, { valueTypeId: typeId }, btf)
      type = {
        name: resolveType(btf, typeId).name,
        size: sizeOf(btf, typeId) ?? 0,
        fields,
        refcount: fields.list.find(({ kind }) => kind === 'bpf_refcount')?.offset,
      }
      known.set(typeId, type)
    }
    return type
  }
}

export const ownedOf = remember((core: Core): Owned => new Owned(core))
