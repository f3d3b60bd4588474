// SPDX-License-Identifier: Apache-2.0
// Which values were proved to have no upper half: numbers below 2^32, and addresses that are of the machine's own making.

import { type Small, SHORT, SMALL, SUM, UNKNOWN } from './input.ts'
import type { Insn } from '../isa/index.ts'
import type { InsnFact, PointerFact, ValueFact } from '../verifier/index.ts'

/**
 * Regions of which every pointer is an address that the machine gave, and what was added. Not those that programs read from memory or make
 * of numbers ('btf', arenas): what a guard has to refuse has an upper half.
 */
const regions: ReadonlySet<PointerFact['kind']> = new Set([
  'ctx',
  'map_ptr',
  'map_value',
  'map_key',
  'fp',
  'pkt_meta',
  'pkt',
  'pkt_end',
  'flow_keys',
  'mem',
  'func',
  'sock',
  'sock_common',
  'tcp_sock',
  'xdp_sock',
])
/** Addresses lie between them, and so, with less than that added, in 32 bits. */
const LEAST_ADDRESS = 65536
const MOST_ADDED = 2 ** 30

/** As `JitProgram.small` has it. */
export function smallness({ op }: Insn, { result, dst, src }: InsnFact): Small {
  if (op.name === 'be' || op.name === 'bswap') return isBelow(dst, 2n ** 16n) ? SHORT : UNKNOWN
  if (result === undefined || !isSmallValue(result)) return UNKNOWN
  return op.name === 'add' && op.width === 64 && op.source === 'reg' && isBelow(src, 2n ** 31n) ? SUM : SMALL
}

const isBelow = (value: ValueFact | undefined, bound: bigint): boolean =>
  value?.kind === 'scalar' && value.unsigned.max < bound

function isSmallValue(value: ValueFact): boolean {
  if (value.kind === 'scalar') return isBelow(value, 2n ** 32n)
  if (value.kind === 'mixed') return value.of.every(isSmallValue)
  if (value.untrusted || !regions.has(value.kind)) return false
  return value.off !== undefined && value.off.min > -LEAST_ADDRESS && value.off.max < MOST_ADDED
}
