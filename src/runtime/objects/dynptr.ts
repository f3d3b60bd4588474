// SPDX-License-Identifier: Apache-2.0
// struct bpf_dynptr_kern, what a program's struct bpf_dynptr holds: 16 bytes of the same layout in every kernel.
//
//   0      8                                      12
//   data   size: 24 bits, type: 7, read-only: 1   offset

import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'

const SIZE_AND_TYPE = 8
const OFFSET = 12
const SIZE_BITS = 0xff_ffff
const READ_ONLY = 0x8000_0000

/** enum bpf_dynptr_type. */
export const dynptrTypes = { invalid: 0, local: 1, ringbuf: 2, skb: 3, xdp: 4, skbMeta: 5, file: 6 } as const

export interface Dynptr {
  /** Memory, or the packet's object. 0: it is a null dynptr. */
  readonly data: number
  readonly type: number
  readonly size: number
  /** Of its first byte in the data. */
  readonly offset: number
  readonly readOnly: boolean
}

export function setDynptr(
  { memory }: Core,
  at: number,
  { data, type, size, offset = 0, readOnly = false }: Omit<Dynptr, 'offset' | 'readOnly'> & Partial<Dynptr>,
): void {
  memory.setPointer(at, data)
  memory.setU32(at + SIZE_AND_TYPE, (size | (type << 24) | (readOnly ? READ_ONLY : 0)) >>> 0)
  memory.setU32(at + OFFSET, offset)
}

/** What calls that fail leave behind. */
export function setNullDynptr({ memory }: Core, at: number): void {
  memory.u8.fill(0, at, at + 16)
}

export function dynptrAt({ memory }: Core, at: number): Dynptr {
  const word = memory.u32(at + SIZE_AND_TYPE)
  return {
    data: memory.pointer(at),
    type: (word >>> 24) & 0x7f,
    size: word & SIZE_BITS,
    offset: memory.u32(at + OFFSET),
    readOnly: word >= READ_ONLY,
  }
}

/** DYNPTR_MAX_SIZE. */
export const isDynptrSize = (size: number): boolean => size >= 0 && size <= SIZE_BITS

/** A new dynptr, or null and the error: E2BIG of a size, EINVAL of flags. */
export function openDynptr(core: Core, at: number, flags: bigint, opened: Parameters<typeof setDynptr>[2]): number {
  const error = !isDynptrSize(opened.size) ? errno.E2BIG : flags !== 0n ? errno.EINVAL : 0
  if (error === 0) setDynptr(core, at, opened)
  else setNullDynptr(core, at)
  return -error
}
