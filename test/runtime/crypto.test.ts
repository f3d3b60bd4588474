// SPDX-License-Identifier: Apache-2.0
// bpf_crypto_*: the examples of FIPS 197 and NIST SP 800-38A, and the kernel's errors.
import { expect, test } from 'vitest'
import { unwrap } from '../../src/index.ts'
import { packet, programsOf } from './programs.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g)!, (byte) => Number.parseInt(byte, 16))
const key = hex('2b7e151628aed2a6abf7158809cf4f3c')
const index = (i: number): Uint8Array => Uint8Array.of(i, 0, 0, 0)

interface Params {
  readonly type?: string
  readonly algo?: string
  readonly key?: Uint8Array
  readonly reserved?: number
  readonly authSize?: number
}
function params({ type = 'skcipher', algo = 'ecb(aes)', key: own = key, reserved = 0, authSize = 0 }: Params) {
  const bytes = new Uint8Array(408)
  bytes.set(new TextEncoder().encode(type), 0)
  bytes[14] = reserved
  bytes.set(new TextEncoder().encode(algo), 16)
  bytes.set(own, 144)
  new DataView(bytes.buffer).setUint32(400, own.length, true)
  new DataView(bytes.buffer).setUint32(404, authSize, true)
  return bytes
}

async function crypto() {
  const own = await programsOf('crypto')
  const map = (name: string) => [...own.machine.maps.values()].find((one) => one.name === name)!
  return {
    ...own,
    create(given: Params) {
      map('wanted').set(index(0), params(given))
      return unwrap(own.program('create')!.testRun()).retval | 0
    },
    run(
      name: 'encrypts' | 'decrypts',
      text: Uint8Array,
      { iv, room = text.length }: { iv?: Uint8Array; room?: number } = {},
    ) {
      const texts = map('texts')
      for (const [i, bytes] of [text, new Uint8Array(0), iv ?? new Uint8Array(0)].entries()) {
        const whole = new Uint8Array(64)
        whole.set(bytes)
        texts.set(index(i), whole)
      }
      const sizes = Uint32Array.of(text.length, room, iv?.length ?? 0)
      map('sizes').set(index(0), new Uint8Array(sizes.buffer))
      const error = unwrap(own.program(name)!.testRun({ data: packet })).retval | 0
      const [out, vector] = [1, 2].map((i) => texts.get(index(i))!)
      return { error, out: out!.slice(0, room), iv: vector!.slice(0, 16) }
    },
  }
}

test('ecb(aes) and cbc(aes), both ways, with the vector that the next call goes on with', async () => {
  const { create, run } = await crypto()
  expect(create({ algo: 'ecb(aes)' })).toBe(0)
  const plain = hex('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51')
  const ecb = hex('3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf')
  expect(run('encrypts', plain)).toMatchObject({ error: 0, out: ecb })
  expect(run('decrypts', ecb)).toMatchObject({ error: 0, out: plain })
  expect(create({ algo: 'cbc(aes)' })).toBe(0)
  const iv = hex('000102030405060708090a0b0c0d0e0f')
  const cbc = hex('7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2')
  expect(run('encrypts', plain, { iv })).toEqual({ error: 0, out: cbc, iv: cbc.slice(16) })
  expect(run('decrypts', cbc, { iv })).toEqual({ error: 0, out: plain, iv: cbc.slice(16) })
})

test('what is no whole block, does not fit, or lacks its vector is EINVAL', async () => {
  const { create, run } = await crypto()
  expect(create({})).toBe(0)
  expect(run('encrypts', new Uint8Array(20)).error).toBe(-22)
  expect(run('encrypts', new Uint8Array(32), { room: 16 }).error).toBe(-22)
  expect(run('encrypts', new Uint8Array(16), { iv: new Uint8Array(16) }).error).toBe(-22)
  expect(create({ algo: 'cbc(aes)' })).toBe(0)
  expect(run('encrypts', new Uint8Array(16)).error).toBe(-22)
})

test.for([
  ['a type that is none', { type: 'aead' }, -2],
  ['an algorithm that is none', { algo: 'ctr(aes)' }, -95],
  ['a tag, which no skcipher has', { authSize: 16 }, -95],
  ['a key of no length that AES has', { key: new Uint8Array(17) }, -22],
  ['no key', { key: new Uint8Array(0) }, -22],
  ['something in what is reserved', { reserved: 1 }, -22],
] as const)('%s', async ([, given, error]) => {
  expect((await crypto()).create(given)).toBe(error)
})

test('a cipher that is not modelled says so', async () => {
  const { create } = await crypto()
  expect(() => create({ algo: 'ecb(serpent)' })).toThrow('ecb(serpent)')
})
