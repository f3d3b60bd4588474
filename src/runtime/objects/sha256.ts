// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4), of bytes that are all there.

/** The first 32 bits behind the point of the cube roots of the first 64 primes, and of the square roots of the first 8. */
const [rounds, start] = constants()

export function sha256(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil((bytes.length + 9) / 64)
  const padded = new DataView(new ArrayBuffer(blocks * 64))
  new Uint8Array(padded.buffer).set(bytes)
  padded.setUint8(bytes.length, 0x80)
  padded.setBigUint64(blocks * 64 - 8, BigInt(bytes.length) * 8n)
  const hash = Int32Array.from(start)
  for (let block = 0; block < blocks; block++) addBlock(hash, padded, block * 64)
  const out = new DataView(new ArrayBuffer(32))
  hash.forEach((word, i) => out.setInt32(4 * i, word))
  return new Uint8Array(out.buffer)
}

function addBlock(hash: Int32Array, padded: DataView, at: number): void {
  const words = new Int32Array(64)
  for (let i = 0; i < 16; i++) words[i] = padded.getInt32(at + 4 * i)
  for (let i = 16; i < 64; i++) {
    const [w15, w2] = [words[i - 15]!, words[i - 2]!]
    const s0 = turn(w15, 7) ^ turn(w15, 18) ^ (w15 >>> 3)
    const s1 = turn(w2, 17) ^ turn(w2, 19) ^ (w2 >>> 10)
    words[i] = words[i - 16]! + s0 + words[i - 7]! + s1
  }
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const first = (h + s1 + ((e & f) ^ (~e & g)) + rounds[i]! + words[i]!) | 0
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, i) => {
    hash[i]! += word
  })
}

const turn = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

function constants(): readonly [rounds: Int32Array, start: Int32Array] {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  // roots by whole numbers: no engine's rounding is in them
  const root = (value: bigint, degree: bigint): bigint => {
    let [low, high] = [0n, 1n << 48n]
    while (high - low > 1n) {
      const middle = (low + high) >> 1n
      if (middle ** degree <= value) low = middle
      else high = middle
    }
    return low
  }
  const behind = (prime: number, degree: bigint): number =>
    Number(BigInt.asIntN(32, root(BigInt(prime) << (32n * degree), degree)))
  return [
    Int32Array.from(primes, (prime) => behind(prime, 3n)),
    Int32Array.from(primes.slice(0, 8), (prime) => behind(prime, 2n)),
  ]
}
