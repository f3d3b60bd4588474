// SPDX-License-Identifier: Apache-2.0
// Symmetric ciphers on dynptrs: bpf_crypto_ctx_create() and its kin (kernel/bpf/crypto.c), with AES as ecb(aes) and cbc(aes).

import { cbc, ecb } from '@noble/ciphers/aes.js'
import { model, type Model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { notModelled } from '../core/errors.ts'
import { createObject } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { put, tryGet } from '../objects/refcount.ts'
import { type Dynptr, dynptrAt } from '../objects/dynptr.ts'
import { dynptrSlice } from '../objects/dynptr-bytes.ts'

/** struct bpf_crypto_params: where its fields lie, and its size. */
const place = { type: 0, reserved: 14, algo: 16, key: 144, keyLength: 400, authSize: 404 } as const
const PARAMS_SIZE = 408
const KEY_ROOM = 256
const BLOCK = 16
const keyLengths: ReadonlySet<number> = new Set([16, 24, 32])
const noPadding = { disablePadding: true } as const

interface Cipher {
  readonly mode: 'ecb' | 'cbc'
  readonly key: Uint8Array
}
/** By where the context lies. */
const ciphersOf = remember((_: Core) => new Map<number, Cipher>())

const create = model(['i32', 'i32', 'i32'], 'u32', (core) => (params, size, errorAt) => {
  const made = cipherOf(core, params, size >>> 0)
  if (typeof made === 'number') {
    core.memory.setU32(errorAt, -made)
    return 0
  }
  core.memory.setU32(errorAt, 0)
  const address = createObject(core, 'bpf_crypto_ctx', { siv_len: ivLength(made), 'usage.refs.counter': 1 })
  ciphersOf(core).set(address, made)
  return address
})

/** What the parameters ask for, or the error; in the kernel's order. */
function cipherOf({ memory }: Core, at: number, size: number): Cipher | number {
  const reserved = memory.view
  if (at === 0 || size !== PARAMS_SIZE || reserved.getUint16(at + place.reserved, true) !== 0) return errno.EINVAL
  if (memory.text(at + place.type, place.reserved) !== 'skcipher') return errno.ENOENT
  const algorithm = memory.text(at + place.algo, place.key - place.algo)
  const [, mode, cipher] = /^(ecb|cbc)\(([\w-]+)\)$/.exec(algorithm) ?? []
  if (mode === undefined) return errno.EOPNOTSUPP
  if (cipher !== 'aes') throw notModelled(`bpf_crypto_ctx_create() of ${algorithm}`)
  const keyLength = memory.u32(at + place.keyLength)
  // of ciphers without authentication alone
  if (memory.u32(at + place.authSize) !== 0) return errno.EOPNOTSUPP
  if (keyLength === 0 || keyLength > KEY_ROOM || !keyLengths.has(keyLength)) return errno.EINVAL
  return { mode: mode === 'ecb' ? 'ecb' : 'cbc', key: memory.read(at + place.key, keyLength) }
}

const ivLength = ({ mode }: Cipher): number => (mode === 'cbc' ? BLOCK : 0)

/** Where all bytes of a dynptr lie; 0: nowhere in a row. */
const bytesOf = (core: Core, dynptr: Dynptr): number => dynptrSlice(core, dynptr, { offset: 0, length: dynptr.size })

const crypt = (way: 'encrypt' | 'decrypt'): Model =>
  model(['i32', 'i32', 'i32', 'i32'], 's32', (core) => (context, from, to, iv) => {
    const cipher = ciphersOf(core).get(context)
    const [source, target] = [dynptrAt(core, from), dynptrAt(core, to)]
    const state = iv === 0 ? undefined : dynptrAt(core, iv)
    if (cipher === undefined || target.readOnly) return -errno.EINVAL
    if (source.size === 0 || target.size === 0 || source.size > target.size) return -errno.EINVAL
    if ((state?.size ?? 0) !== ivLength(cipher) || state?.readOnly === true) return -errno.EINVAL
    const [read, written] = [bytesOf(core, source), bytesOf(core, target)]
    const vector = state === undefined ? 0 : bytesOf(core, state)
    if (read === 0 || written === 0 || (state !== undefined && ivLength(cipher) > 0 && vector === 0))
      return -errno.EINVAL
    // whole blocks are done whether or not there is less than one behind them
    const whole = source.size - (source.size % BLOCK)
    const input = core.memory.read(read, whole)
    const block = ivLength(cipher) === 0 ? undefined : core.memory.read(vector, BLOCK)
    if (whole > 0) {
      const output = transform(cipher, block)[way](input)
      core.memory.write(written, output)
      if (block !== undefined) core.memory.write(vector, (way === 'encrypt' ? output : input).subarray(whole - BLOCK))
    }
    return whole === source.size ? 0 : -errno.EINVAL
  })

const transform = ({ key }: Cipher, iv: Uint8Array | undefined) =>
  iv === undefined ? ecb(key, noPadding) : cbc(key, iv, noPadding)

const usage = (core: Core, context: number): number =>
  context + (core.layouts.find('bpf_crypto_ctx', 'usage')?.offset ?? 0)

const release: Model = model(['i32'], 'none', (core) => (context) => {
  if (!put(core, usage(core, context), 'struct bpf_crypto_ctx')) return
  ciphersOf(core).delete(context)
  core.memory.free(context)
})

export const cryptoKfuncs: Models = {
  bpf_crypto_ctx_create: create,
  bpf_crypto_ctx_acquire: model(
    ['i32'],
    'u32',
    (core) => (context) => (tryGet(core, usage(core, context)) ? context : 0),
  ),
  bpf_crypto_ctx_release: release,
  bpf_crypto_ctx_release_dtor: release,
  bpf_crypto_encrypt: crypt('encrypt'),
  bpf_crypto_decrypt: crypt('decrypt'),
}
