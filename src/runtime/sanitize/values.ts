// SPDX-License-Identifier: Apache-2.0
// Whether what a register holds, or an instruction touches, is what was proved of it. Each answers why it is not.

import type { MemoryAccess } from '../../jit/index.ts'
import type { NumberFact, PointerFact, Span, ValueFact } from '../../verifier/index.ts'
import { extentAround, originOf, type Situation } from './regions.ts'

const hex = (value: bigint | number): string => `0x${value.toString(16)}`

/** Of a register's 64 bits without sign. */
export function contradictsValue(value: bigint, fact: ValueFact, situation: Situation): string | undefined {
  switch (fact.kind) {
    case 'mixed': {
      const reasons = fact.of.map((one) => contradictsValue(value, one, situation))
      return reasons.includes(undefined) ? undefined : reasons.join('; ')
    }
    case 'scalar':
      return contradictsNumber(value, fact)
    default:
      return contradictsPointer(value, fact, situation)
  }
}

function contradictsNumber(value: bigint, fact: NumberFact): string | undefined {
  const low = Number(BigInt.asUintN(32, value))
  const within = <T extends bigint | number>({ min, max }: Span<T>, of: T): boolean => min <= of && of <= max
  const holds =
    (fact.constant === undefined || fact.constant === value) &&
    within(fact.unsigned, value) &&
    within(fact.signed, BigInt.asIntN(64, value)) &&
    within(fact.unsigned32, low) &&
    within(fact.signed32, low | 0) &&
    (value & fact.ones) === fact.ones &&
    (value & fact.zeros) === 0n
  return holds ? undefined : `is ${hex(value)} (${BigInt.asIntN(64, value)})`
}

function contradictsPointer(value: bigint, fact: PointerFact, situation: Situation): string | undefined {
  // it may lead anywhere: what goes through it is guarded
  if (fact.untrusted || fact.kind === 'arena') return undefined
  if (value === 0n) return fact.null === 'maybe' || hasNoEnd(fact, situation) ? undefined : 'is null'
  const address = Number(value)
  const origin = originOf(fact, situation)
  if (origin !== undefined) return contradictsOffset(address - origin, fact, situation)
  if (fact.kind === 'func') return contradictsFunction(address, situation)
  if (fact.kind === 'map_ptr') return contradictsMap(address, fact, situation)
  // where within the object it points is known: the object is there, or else the pointer may be beyond it until it is looked at
  if (fact.off === undefined || fact.off.min !== fact.off.max) return undefined
  const begin = address - fact.off.min
  const around = extentAround(begin, fact, situation)
  if (typeof around === 'string') return `is ${hex(value)}: its object ${around}`
  if (around !== undefined && fact.size !== undefined && begin + fact.size > around.end)
    return `is ${hex(value)}: ${fact.size} bytes are more than ${around.what} has`
  if (fact.kind === 'map_value' && around !== undefined && around.what.startsWith('a value') && around.begin !== begin)
    return `is ${hex(value)}, ${begin - around.begin} bytes into ${around.what}`
  return undefined
}

/** The kernel's test run of cgroup_skb programs says of no packet where it ends; no access is within one that ends at 0. */
const hasNoEnd = ({ kind }: PointerFact, { packet }: Situation): boolean =>
  kind === 'pkt_end' && packet('data_end') === 0

/** Of what lies where the context, frame or packet begins. */
function contradictsOffset(offset: number, fact: PointerFact, situation: Situation): string | undefined {
  const { kind, off, size } = fact
  if (kind === 'pkt_end') return offset === 0 ? undefined : `is ${offset} bytes from the packet's end`
  if (off !== undefined && (offset < off.min || offset > off.max)) return `is ${offset} bytes from its beginning`
  if (size === undefined || size === 0) return undefined
  const origin = originOf(fact, situation)!
  const around = extentAround(origin, fact, situation)
  if (typeof around === 'object' && origin + size > around.end)
    return `the packet has ${around.end - origin} bytes, not ${size}`
  return undefined
}

const contradictsFunction = (address: number, { core }: Situation): string | undefined =>
  core.hasFunction(address) ? undefined : `no function of a program is at ${hex(address)}`

function contradictsMap(address: number, { map, mapName }: PointerFact, situation: Situation): string | undefined {
  const found = situation.core.maps.get(address)
  if (found === undefined) return `no map is at ${hex(address)}`
  if (map === undefined || mapName === '' || situation.map(map) === found) return undefined
  return `is map ${found.name}`
}

/** Bytes that are touched, by way of a pointer. */
export interface Touched extends Pick<MemoryAccess, 'address' | 'size'> {
  /** Where the pointer's object begins, where that is known of it. */
  readonly begin?: number | undefined
}

/** What is touched lies within what it was proved to lie in. `to` is told of where it is touched. */
export function contradictsAccess(touched: Touched, to: ValueFact, situation: Situation): string | undefined {
  switch (to.kind) {
    case 'mixed': {
      const reasons = to.of.map((one) => contradictsAccess(touched, one, situation))
      return reasons.includes(undefined) ? undefined : reasons.join('; ')
    }
    case 'scalar':
      return 'goes through a number'
    default:
      return contradictsPlace(touched, to, situation)
  }
}

/** Where the object begins that a pointer leads into; undefined: it may lead anywhere in it. */
export function beginOf(value: bigint, fact: ValueFact | undefined): number | undefined {
  if (fact === undefined || fact.kind === 'scalar' || fact.kind === 'mixed' || fact.off === undefined) return undefined
  return fact.off.min === fact.off.max ? Number(value) - fact.off.min : undefined
}

function contradictsPlace(
  { address, size, begin }: Touched,
  to: PointerFact,
  situation: Situation,
): string | undefined {
  const around = extentAround(begin ?? address, to, situation)
  if (around === undefined) return undefined
  if (typeof around === 'string') return `${hex(address)} ${around}`
  if (address < around.begin || address + size > around.end)
    return `${size} bytes at ${address - around.begin} are beyond ${around.what}, which has ${around.end - around.begin}`
  const origin = originOf(to, situation) ?? (to.kind === 'map_value' ? around.begin : undefined)
  if (origin === undefined || to.off === undefined) return undefined
  const offset = address - origin
  const isKnown = to.kind !== 'map_value' || around.what.startsWith('a value')
  return isKnown && (offset < to.off.min || offset > to.off.max) ? `is at ${offset} of ${around.what}` : undefined
}
