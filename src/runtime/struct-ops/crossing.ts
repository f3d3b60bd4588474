// SPDX-License-Identifier: Apache-2.0
// What an application gives an operation, as the program that implements it is given it, and what comes back.
//
// The verifier believed the prototype: a pointer that is not `__nullable` is not NULL, a struct is there whole. So that is held here.

import { type Btf, type BtfId, type BtfStruct, type BtfType, resolveType, sizeOf } from '../../btf/index.ts'
import type { StructOpsKind } from '../../kernel/index.ts'
import type { Core } from '../core/core.ts'
import { MachineError, notModelled } from '../core/errors.ts'
import { handlesOf } from '../host/handles.ts'
import { numberOf, valueIn } from './fields.ts'

type FuncProto = Extract<BtfType, { kind: 'func_proto' }>

export interface Crossed {
  readonly values: readonly (number | bigint)[]
  /** Once the program ended: what it wrote is told, what was lent taken back. */
  finish(): void
}

export interface Operation {
  /** 'limiter_ops.admit' */
  readonly name: string
  readonly btf: Btf
  readonly proto: FuncProto
  /** Parameters, from 0 on, that may be NULL. */
  readonly nullable: ReadonlySet<number>
  readonly kind: StructOpsKind | undefined
}

export function crossIn(core: Core, operation: Operation, args: readonly unknown[]): Crossed {
  const { proto, name } = operation
  if (args.length > proto.params.length)
    throw new MachineError('misuse', `${name}() takes ${proto.params.length} arguments, and is given ${args.length}`)
  const after: (() => void)[] = []
  const finish = (): void => {
    for (const done of after.reverse()) done()
  }
  try {
    const values = proto.params.map((_, i) => crossOne(core, operation, i, { value: args[i], after }))
    return { values, finish }
  } catch (error) {
    finish()
    throw error
  }
}

interface Given {
  readonly value: unknown
  /** What is to be done when the program ended. */
  readonly after: (() => void)[]
}

function crossOne(core: Core, operation: Operation, i: number, given: Given): number | bigint {
  const { btf, proto, nullable, name } = operation
  const { value } = given
  const param = proto.params[i]!
  const type = resolveType(btf, param.type)
  const label = `argument ${i + 1} of ${name}()`
  if (type.kind === 'struct' || type.kind === 'union') throw notModelled(`a struct by value, ${label},`)
  if (type.kind !== 'ptr') return numberIn(value ?? 0, label)
  const target = resolveType(btf, type.type)
  const isStruct = target.kind === 'struct' || target.kind === 'union'
  if (value === null || value === undefined) {
    if (isStruct && !nullable.has(i))
      throw new MachineError('misuse', `${label} is ${String(value)}, and its parameter is not __nullable`)
    return 0
  }
  if (typeof value === 'string' || value instanceof Uint8Array) {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(`${value}\0`) : value
    return lendBytes(core, bytes, { least: isStruct ? target.size : 0, label, given })
  }
  if (!isStruct) return numberIn(value, label)
  if (typeof value !== 'object') throw new MachineError('misuse', `${label} is ${typeof value}, expected an object`)
  if ('address' in value && typeof value.address === 'number') return liveAddress(core, value.address, label)
  return lendObject(core, operation, { object: value, struct: target, given })
}

function numberIn(value: unknown, label: string): number | bigint {
  if (typeof value === 'bigint') return BigInt.asUintN(64, value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number' && Number.isFinite(value)) return Math.trunc(value)
  throw new MachineError('misuse', `${label} is ${typeof value}, expected a number`)
}

/** An object of the machine's own: a task, a socket. */
function liveAddress({ memory }: Core, address: number, label: string): number {
  const block = memory.block(address)
  if (block === undefined || block.freed) throw new MachineError('misuse', `${label} is nothing of this machine's`)
  return address
}

function lendBytes(
  { memory }: Core,
  bytes: Uint8Array,
  { least, label, given }: { readonly least: number; readonly label: string; readonly given: Given },
): number {
  const at = memory.allocate(Math.max(bytes.length, least, 1), label)
  memory.write(at, bytes)
  given.after.push(() => {
    if (given.value instanceof Uint8Array) given.value.set(memory.read(at, bytes.length))
    memory.free(at)
  })
  return at
}

/** A block of memory stands for it; what the program may write is an assignment to its properties. */
function lendObject(
  core: Core,
  { btf, kind }: Operation,
  { object, struct, given }: { readonly object: object; readonly struct: BtfStruct; readonly given: Given },
): number {
  const handles = handlesOf(core)
  const { address } = handles.acquire(object, btf, struct)
  const rule = kind?.writes?.find((each) => each.struct === struct.name)
  const written = rule?.fields?.map(({ path }) => path)
  given.after.push(() => {
    if (rule !== undefined)
      for (const { name, type, bitOffset, bitSize } of struct.members) {
        if (bitSize !== 0 || written?.includes(name) === false || resolveType(btf, type).kind === 'ptr') continue
        const bytes = core.memory.read(address + bitOffset / 8, sizeOf(btf, type) ?? 0)
        Reflect.set(object, name, valueIn(btf, type, bytes))
      }
    handles.release(address)
  })
  return address
}

/** What the program returned, as its prototype says. */
export function crossOut(core: Core, { btf, proto: { ret } }: Operation, r0: bigint): unknown {
  const type = resolveType(btf, ret)
  if (type.kind === 'void') return undefined
  if (type.kind === 'ptr') return pointerOut(core, btf, type.type, Number(BigInt.asUintN(32, r0)))
  if (type.kind === 'int' && type.bool) return (r0 & 0xffn) !== 0n
  const signed = (type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64') && type.signed
  return numberOf(r0, { size: sizeOf(btf, ret) ?? 4, signed })
}

function pointerOut(core: Core, btf: Btf, target: BtfId, address: number): unknown {
  if (address === 0) return null
  const handles = handlesOf(core)
  return handles.has(address) ? handles.at(address).object : { address, struct: btf.type(target).name }
}
