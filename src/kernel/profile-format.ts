// SPDX-License-Identifier: Apache-2.0
// A profile: one kernel in one file. Layout (little-endian):
//
//   0   8  magic 'KFPROF1\n'
//   8   4  length of the payload once inflated
//   12  …  payload, raw deflate:  u32 length of the index │ index, JSON in UTF-8 │ blobs (BTF sections, config), 4-aligned
//
// The index names every blob by offset and length from the end of the index (padded to 4).

import * as v from 'valibot'
import { attempt, fail, FaultError, type Result } from '../fault/index.ts'
import { inflateRaw } from '../platform.ts'
import { count, dictionary, fields, readBy, string, strings } from '../schema/index.ts'

export interface BlobRef {
  readonly offset: number
  readonly length: number
}

export interface ProfileSet {
  readonly set: string
  /** (BTF id, flags word) */
  readonly members: readonly (readonly [number, number])[]
}

export interface ProfileDestructor {
  readonly struct: number
  readonly kfunc: string
}

export interface ProfileModule {
  readonly name: string
  readonly btf: BlobRef
  readonly sets: readonly ProfileSet[]
  readonly destructors: readonly ProfileDestructor[]
}

export interface ProfileIndex {
  readonly format: 1
  readonly release: string
  readonly btf: BlobRef
  readonly config: BlobRef
  readonly sets: readonly ProfileSet[]
  readonly destructors: readonly ProfileDestructor[]
  /** The kernel's other sets of functions and types, by name: 'sleepable_lsm_hooks', 'btf_id_deny', 'rcu_protected_types' … */
  readonly lists: Readonly<Record<string, readonly string[]>>
  /** Functions marked ALLOW_ERROR_INJECTION, where the kernel is built with it. */
  readonly errorInjection: readonly string[]
  readonly modules: readonly ProfileModule[]
}

export interface Profile {
  readonly index: ProfileIndex
  blob(ref: BlobRef): Uint8Array
}

const magic = 'KFPROF1\n'
const headerSize = 12
/** A distribution's kernel with all its modules' BTF has some 30 MB. */
const maxPayload = 128 * 1024 * 1024
/** Of that, the index: Debian's has 100 kB. */
const maxIndex = 16 * 1024 * 1024

/** Is this a profile rather than an image or BTF? */
export function isProfile(bytes: Uint8Array): boolean {
  return bytes.length >= headerSize && [...magic].every((char, i) => bytes[i] === char.charCodeAt(0))
}

/** Opens a profile's bytes. */
export async function readProfile(bytes: Uint8Array): Promise<Result<Profile>> {
  if (!isProfile(bytes)) return fail('not a kernel profile', { byte: 0 })
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(8, true)
  if (size > maxPayload) return fail(`profile claims ${size} bytes, the limit is ${maxPayload}`, { byte: 8 })
  const inflated = await inflateRaw(bytes.subarray(headerSize), size)
  if (!inflated.ok) return inflated
  const payload = inflated.value
  return attempt({ section: 'profile' }, () => {
    if (payload.length !== size || size < 4)
      throw new FaultError(`profile is cut short: ${payload.length} of ${size} bytes`)
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
    const indexSize = view.getUint32(0, true)
    const start = (4 + indexSize + 3) & ~3
    if (indexSize > maxIndex) throw new FaultError(`profile index of ${indexSize} bytes, the limit is ${maxIndex}`)
    if (4 + indexSize > size) throw new FaultError('profile index ends beyond the profile', { byte: 0 })
    const index = parseIndex(payload.subarray(4, 4 + indexSize))
    const blob = ({ offset, length }: BlobRef): Uint8Array => {
      const from = start + offset
      if (!(offset >= 0 && length >= 0 && from + length <= payload.length)) {
        throw new FaultError('profile names bytes beyond its end', { byte: offset })
      }
      return payload.subarray(from, from + length)
    }
    return { index, blob }
  })
}

function parseIndex(bytes: Uint8Array): ProfileIndex {
  let index: unknown
  try {
    index = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new FaultError('profile index is not JSON', { byte: 4 })
  }
  return readBy(indexSchema, index, { what: 'profile index', place: { byte: 4 }, hint: 'generate the profile again' })
}

const id = v.pipe(count, v.maxValue(0xffff_ffff, 'must be of 32 bits'))
const blobRef = fields({ offset: count, length: count })
const sets = v.array(
  fields({ set: string, members: v.array(v.tuple([id, id], 'must be an id and flags'), 'must be a list') }),
  'must be a list',
)
const destructors = v.array(fields({ struct: id, kfunc: string }), 'must be a list')
const indexSchema = fields({
  format: v.literal(1, 'must be 1: this version reads no other'),
  release: v.pipe(string, v.regex(/^\d+\.\d+/, 'must be a release')),
  btf: blobRef,
  config: blobRef,
  sets,
  destructors,
  lists: dictionary(strings),
  errorInjection: strings,
  modules: v.array(fields({ name: string, btf: blobRef, sets, destructors }), 'must be a list'),
})

/** The payload of a profile, not yet deflated; `blobs` in the order the index was given their refs by `layOut`. */
export function assembleProfile(index: ProfileIndex, blobs: readonly Uint8Array[]): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(index))
  const start = (4 + text.length + 3) & ~3
  const { size } = layOut(blobs)
  const payload = new Uint8Array(start + size)
  new DataView(payload.buffer).setUint32(0, text.length, true)
  payload.set(text, 4)
  let at = start
  for (const bytes of blobs) {
    payload.set(bytes, at)
    at += (bytes.length + 3) & ~3
  }
  return payload
}

/** Where each blob will lie. */
export function layOut(blobs: readonly Uint8Array[]): { readonly refs: readonly BlobRef[]; readonly size: number } {
  let offset = 0
  const refs = blobs.map(({ length }) => {
    const ref = { offset, length }
    offset += (length + 3) & ~3
    return ref
  })
  return { refs, size: offset }
}

/** A deflated payload with its header. */
export function wrapProfile(payloadSize: number, deflated: Uint8Array): Uint8Array {
  const out = new Uint8Array(headerSize + deflated.length)
  for (let i = 0; i < magic.length; i++) out[i] = magic.charCodeAt(i)
  new DataView(out.buffer).setUint32(8, payloadSize, true)
  out.set(deflated, headerSize)
  return out
}
