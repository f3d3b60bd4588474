// SPDX-License-Identifier: Apache-2.0
// kfuncs on text that may lie anywhere: bpf_strlen, bpf_strstr and their kin. Of no more than 64 KiB.

import { model, type Models } from '../core/abi.ts'
import type { Memory } from '../core/memory.ts'
import { errno } from '../core/errno.ts'
import { isKernelAddress } from '../helpers/probe.ts'

/** XATTR_SIZE_MAX. */
const MOST = 65536

/** Leaves with an error: nothing is there. */
class Missing extends Error {}

interface Text {
  /** Its byte at a place, as a signed number, which is what a char is. */
  at(place: number): number
}

/** The answer of what looks at texts, or why it cannot. */
function looking(memory: Memory, addresses: readonly bigint[], look: (...texts: Text[]) => number): number {
  const starts = addresses.map((address) => BigInt.asUintN(64, address))
  const isOwn = (at: bigint): boolean => at >= 65536n && at < BigInt(memory.u8.length)
  if (!starts.every((at) => isOwn(at) || isKernelAddress(at))) return -errno.ERANGE
  const texts = starts.map(
    (start): Text => ({
      at: (place) => {
        const at = start + BigInt(place)
        if (!isOwn(at)) throw new Missing()
        return (memory.u8[Number(at)]! << 24) >> 24
      },
    }),
  )
  try {
    return look(...texts)
  } catch (error) {
    if (error instanceof Missing) return -errno.EFAULT
    throw error
  }
}

/** A size_t, no larger than what is looked at anyway. */
const capped = (size: bigint): number => {
  const whole = BigInt.asUintN(64, size)
  return whole > BigInt(MOST) ? MOST : Number(whole)
}
const char = (value: number): number => (value << 24) >> 24
/** ISO 8859-1, as the kernel's table has it. */
function lower(value: number): number {
  const byte = value & 0xff
  return (byte >= 65 && byte <= 90) || (byte >= 192 && byte <= 222 && byte !== 215) ? char(byte + 32) : value
}
const same = (value: number): number => value

const compared = (fold: typeof same, most: number) => (a: Text, b: Text) => {
  for (let i = 0; i < most; i++) {
    const [one, other] = [fold(a.at(i)), fold(b.at(i))]
    if (one !== other) return one < other ? -1 : 1
    if (one === 0) return 0
  }
  return most === MOST ? -errno.E2BIG : 0
}

const lengthOf = (most: number) => (text: Text) => {
  for (let i = 0; i < most; i++) if (text.at(i) === 0) return i
  return most === MOST ? -errno.E2BIG : most
}

const found = (wanted: number, most: number) => (text: Text) => {
  for (let i = 0; i < most; i++) {
    const now = text.at(i)
    if (now === wanted) return i
    if (now === 0) return -errno.ENOENT
  }
  return most === MOST ? -errno.E2BIG : -errno.ENOENT
}

/** How many bytes from the start on are, or are not, among others. */
const span = (kind: 'among' | 'others') => (text: Text, others: Text) => {
  for (let i = 0; i < MOST; i++) {
    const now = text.at(i)
    if (now === 0) return i
    let j = 0
    while (j < MOST && others.at(j) !== now && others.at(j) !== 0) j++
    if (j === MOST) return -errno.E2BIG
    if ((others.at(j) !== 0) !== (kind === 'among')) return i
  }
  return -errno.E2BIG
}

const within = (fold: typeof same, most: number) => (text: Text, wanted: Text) => {
  for (let i = 0; i < MOST; i++) {
    let j = 0
    for (; i + j <= most && j < MOST; j++) {
      const one = wanted.at(j)
      if (one === 0) return i
      // one byte more of what is wanted may end it
      if (i + j === most) break
      const now = fold(text.at(i + j))
      if (now === 0) return -errno.ENOENT
      if (now !== fold(one)) break
    }
    if (j === MOST) return -errno.E2BIG
    if (i + j === most) return -errno.ENOENT
  }
  return -errno.E2BIG
}

const two = (look: (a: Text, b: Text) => number) =>
  model(
    ['i64', 'i64'],
    's32',
    ({ memory }) =>
      (a, b) =>
        looking(memory, [a, b], look as (...texts: Text[]) => number),
  )
const twoOf = (make: (most: number) => (a: Text, b: Text) => number) =>
  model(
    ['i64', 'i64', 'i64'],
    's32',
    ({ memory }) =>
      (a, b, size) =>
        looking(memory, [a, b], make(capped(size)) as (...texts: Text[]) => number),
  )
const one = (memory: Memory, address: bigint, look: (text: Text) => number): number =>
  looking(memory, [address], look as (...texts: Text[]) => number)

export const stringKfuncs: Models = {
  bpf_strcmp: two(compared(same, MOST)),
  bpf_strcasecmp: two(compared(lower, MOST)),
  bpf_strncasecmp: twoOf((most) => compared(lower, most)),
  bpf_strlen: model(
    ['i64'],
    's32',
    ({ memory }) =>
      (at) =>
        one(memory, at, lengthOf(MOST)),
  ),
  bpf_strnlen: model(
    ['i64', 'i64'],
    's32',
    ({ memory }) =>
      (at, size) =>
        one(memory, at, lengthOf(capped(size))),
  ),
  bpf_strchr: model(
    ['i64', 'i32'],
    's32',
    ({ memory }) =>
      (at, c) =>
        one(memory, at, found(char(c), MOST)),
  ),
  bpf_strnchr: model(
    ['i64', 'i64', 'i32'],
    's32',
    ({ memory }) =>
      (at, size, c) =>
        one(memory, at, found(char(c), capped(size))),
  ),
  bpf_strchrnul: model(
    ['i64', 'i32'],
    's32',
    ({ memory }) =>
      (at, c) =>
        one(memory, at, (text) => {
          for (let i = 0; i < MOST; i++) if (text.at(i) === 0 || text.at(i) === char(c)) return i
          return -errno.E2BIG
        }),
  ),
  bpf_strrchr: model(
    ['i64', 'i32'],
    's32',
    ({ memory }) =>
      (at, c) =>
        one(memory, at, (text) => {
          let last: number = -errno.ENOENT
          for (let i = 0; i < MOST; i++) {
            if (text.at(i) === c) last = i
            if (text.at(i) === 0) return last
          }
          return -errno.E2BIG
        }),
  ),
  bpf_strspn: two(span('among')),
  bpf_strcspn: two(span('others')),
  bpf_strstr: two(within(same, MOST)),
  bpf_strcasestr: two(within(lower, MOST)),
  bpf_strnstr: twoOf((most) => within(same, most)),
  bpf_strncasestr: twoOf((most) => within(lower, most)),
}
