// SPDX-License-Identifier: Apache-2.0
// Where what a pointer leads into lies in the machine's memory, by the kernel's word for the region.

import type { Activation } from '../../jit/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import type { PointerFact } from '../../verifier/index.ts'
import { contextViews } from '../contexts/index.ts'
import type { Core } from '../core/core.ts'
import type { RuntimeMap } from '../maps/map.ts'

/** What is under way when a pointer is looked at. */
export interface Situation {
  readonly core: Core
  map(index: number): RuntimeMap
  readonly packet: Packet
  readonly activation: Activation
}

/** What the context says of where the packet lies; undefined: there is none. */
export type Packet = (field: 'data' | 'data_end' | 'data_meta') => number | undefined

/** Addresses from `begin` up to `end`. */
export interface Extent {
  readonly begin: number
  readonly end: number
  readonly what: string
}

/** Bytes of stack that a function has. */
const STACK = 512

/** Where a pointer's region begins, whatever the pointer holds; undefined: that cannot be told of the region, but only of where one points. */
export function originOf({ kind, up }: PointerFact, situation: Situation): number | undefined {
  switch (kind) {
    case 'fp':
      return up === undefined ? undefined : frameOf(situation.activation, up)
    case 'ctx':
      return situation.core.current?.context || undefined
    case 'pkt':
      return situation.packet('data')
    case 'pkt_meta':
      return situation.packet('data_meta')
    case 'pkt_end':
      return situation.packet('data_end')
    default:
      return undefined
  }
}

/**
 * The object around an address that a pointer of this kind holds, or touches; a text: why there is none. undefined: nothing of the kind is
 * known that it could be held to.
 */
export function extentAround(address: number, fact: PointerFact, situation: Situation): Extent | string | undefined {
  switch (fact.kind) {
    case 'fp':
      return stackAround(address, situation, fact.up) ?? 'is in no frame of the stack that is in use'
    case 'pkt':
    case 'pkt_meta':
      return packetAround(address, situation, fact.kind)
    case 'map_value':
      return valueAround(address, fact, situation) ?? memoryAround(address, situation)
    case 'arena':
    case 'pkt_end':
    case 'insn':
      return undefined
    default:
      return memoryAround(address, situation)
  }
}

function frameOf({ regs, caller }: Activation, up: number): number | undefined {
  if (up === 0) return Number(regs[10]!)
  return caller === undefined ? undefined : frameOf(caller, up - 1)
}

/** A frame of a function that is under way; the one so many up, where that is known. */
function stackAround(address: number, { activation }: Situation, up?: number): Extent | undefined {
  let depth = 0
  for (let one: Activation | undefined = activation; one !== undefined; one = one.caller) {
    const end = Number(one.regs[10]!)
    if ((up === undefined || up === depth) && address >= end - STACK && address <= end)
      return { begin: end - STACK, end, what: 'a frame of the stack' }
    depth++
  }
  return undefined
}

/** What was allocated and is there still, or a frame: memory that a function is given may be either. */
function memoryAround(address: number, situation: Situation): Extent | string {
  const block = situation.core.memory.blockAround(address)
  if (block !== undefined) {
    const { address: begin, size, what, freed } = block
    return freed ? `is in ${what}, which was freed` : { begin, end: begin + size, what }
  }
  return stackAround(address, situation) ?? 'is in nothing that was allocated'
}

function valueAround(address: number, { map: index, mapName }: PointerFact, situation: Situation): Extent | undefined {
  // maps within maps are known by what they look like only
  if (index === undefined || mapName === '') return undefined
  const map = situation.map(index)
  const begin = map.valueAround?.(address)
  return begin === undefined ? undefined : { begin, end: begin + map.def.valueSize, what: `a value of map ${map.name}` }
}

function packetAround(address: number, { packet }: Situation, kind: 'pkt' | 'pkt_meta'): Extent | string | undefined {
  const begin = packet(kind === 'pkt' ? 'data' : 'data_meta')
  const end = packet(kind === 'pkt' ? 'data_end' : 'data')
  if (begin === undefined || end === undefined) return undefined
  return address < begin || address > end ? 'is outside of the packet' : { begin, end, what: 'the packet' }
}

/** Of the program that runs on the machine, by what its context shows. */
export function packetOf(core: Core, { type }: LinkedProgram): Packet {
  const view = contextViews.get(type)
  const places = new Map(
    (view?.rows ?? []).flatMap(({ name, path }) => {
      const place = path === undefined || !/^data/.test(name) ? undefined : core.layouts.follow(view!.object, path)
      return place === undefined ? [] : [[name, place] as const]
    }),
  )
  return (field) => {
    const place = places.get(field)
    const context = core.current?.context
    if (place === undefined || !context) return undefined
    let at = context
    for (const offset of place.through) at = core.memory.pointer(at + offset)
    return core.memory.pointer(at + place.field.offset)
  }
}
