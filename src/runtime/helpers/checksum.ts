// SPDX-License-Identifier: Apache-2.0
// The Internet checksum (RFC 1071, RFC 1624), on numbers as the machine's memory has them: the order of bytes does not matter to it.

/** A sum as 32 bits: what is carried out is added again. */
export function folded32(sum: bigint): number {
  let rest = sum
  while (rest >> 32n !== 0n) rest = (rest & 0xffff_ffffn) + (rest >> 32n)
  return Number(rest)
}

/** The checksum of a sum: 16 bits, inverted. */
export function checksum(sum: number): number {
  let rest = sum
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 65536)
  return ~rest & 0xffff
}

/** Sum of the 32-bit words of some bytes; a rest is filled up with zeroes. */
export function sumOf(bytes: Uint8Array): bigint {
  let sum = 0n
  for (let i = 0; i < bytes.length; i += 4)
    sum += BigInt(
      ((bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16)) + (bytes[i + 3] ?? 0) * 2 ** 24,
    )
  return sum
}

/** A checksum after `from` in what it covers became `to` (RFC 1624, equation 3); both of 32 bits. */
export const updated = (sum: number, from: number, to: number): number =>
  checksum(folded32(BigInt(~sum & 0xffff) + BigInt(~from >>> 0) + BigInt(to >>> 0)))
