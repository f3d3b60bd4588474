// SPDX-License-Identifier: Apache-2.0
// A profile from anywhere: what it says is read by a schema, what it names is looked at before it is used; a bundled one is known by its
// digest.
import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { BtfBuilder } from '../../src/btf/index.ts'
import { bundledKernels, openKernel } from '../../src/kernel/index.ts'
import { assembleProfile, layOut, type ProfileIndex, wrapProfile } from '../../src/kernel/profile-format.ts'

const config = new TextEncoder().encode('CONFIG_HZ=250\n')

function smallBtf(): Uint8Array {
  const b = new BtfBuilder()
  const int = b.int('int', 4)
  b.struct('s', 4, [{ name: 'a', type: int, bitOffset: 0, bitSize: 0 }])
  b.func('f', b.funcProto(int, []), 'global')
  return b.bytes()
}

const blobs = [smallBtf(), config]
const { refs } = layOut(blobs)
const good: ProfileIndex = {
  format: 1,
  release: '6.12.1',
  btf: refs[0]!,
  config: refs[1]!,
  sets: [{ set: 'generic_btf_ids', members: [[4, 0]] }],
  destructors: [{ struct: 2, kfunc: 'f' }],
  lists: { constructor: ['f'] },
  errorInjection: [],
  modules: [],
}

async function open(index: unknown) {
  const payload = assembleProfile(index as ProfileIndex, blobs)
  return openKernel(wrapProfile(payload.length, new Uint8Array(deflateRawSync(payload))))
}

describe('the index of a profile', () => {
  test('a good one', async () => {
    const kernel = await open(good)
    expect(kernel).toMatchObject({ ok: true, value: { release: '6.12.1' } })
    if (kernel.ok) expect([...kernel.value.functionSet('constructor')]).toEqual(['f'])
    if (kernel.ok) expect([...kernel.value.functionSet('toString')]).toEqual([])
  })

  test.for<[string, unknown, string]>([
    ['null', null, 'profile index must be an object'],
    ['a list', [], 'profile index must be an object'],
    ['of another format', { ...good, format: 2 }, 'format must be 1: this version reads no other'],
    ['without a release', { ...good, release: undefined }, "profile index lacks 'release'"],
    ['with a release of words', { ...good, release: 'new' }, 'release must be a release'],
    ['with more than we know', { ...good, more: 1 }, "profile index has an unknown field 'more'"],
    ['whose BTF is nowhere', { ...good, btf: { offset: 0, length: 1e9 } }, 'profile names bytes beyond its end'],
    ['whose config is nowhere', { ...good, config: { offset: 1e9, length: 1 } }, 'profile names bytes beyond its end'],
    ['with a length below nothing', { ...good, btf: { offset: 0, length: -1 } }, 'btf.length must not be negative'],
    ['with half a byte', { ...good, btf: { offset: 0.5, length: 1 } }, 'btf.offset must be a whole number'],
    ['with a set of nothing', { ...good, sets: [null] }, 'sets[0] must be an object'],
    [
      'with members that are names',
      { ...good, sets: [{ set: 's', members: ['f'] }] },
      'sets[0].members[0] must be an id and flags',
    ],
    [
      'with an id that is not a function',
      { ...good, sets: [{ set: 'generic_btf_ids', members: [[2, 0]] }] },
      'not a function',
    ],
    ['with an id beyond all', { ...good, sets: [{ set: 'generic_btf_ids', members: [[99, 0]] }] }, '99'],
    ['with a destructor of nothing', { ...good, destructors: [{ struct: 77, kfunc: 'f' }] }, 'which is not a struct'],
    ['with lists of numbers', { ...good, lists: { a: [1] } }, 'lists.a[0] must be a string'],
    ['with lists in a list', { ...good, lists: [] }, 'lists must be an object'],
    [
      'with a module without BTF',
      { ...good, modules: [{ name: 'm', sets: [], destructors: [] }] },
      "modules[0] lacks 'btf'",
    ],
  ])('%s', async ([, index, words]) => {
    const result = await open(index)
    expect(result.ok ? 'it is taken' : result.fault.what).toContain(words)
  })
})

test('every bundled kernel has a profile and its digest', async () => {
  for (const name of bundledKernels) expect(await openKernel(name), name).toMatchObject({ ok: true })
})

describe('a bundled profile', () => {
  const bytes = readFileSync('profiles/6.12.kfprofile')
  const from = (given: Uint8Array) => openKernel('6.12', { readProfile: async () => given })

  test('is the one this version was made with', async () => {
    expect((await from(bytes)).ok).toBe(true)
  })

  test.for<[string, Uint8Array]>([
    ['another kernel’s', readFileSync('profiles/7.3.kfprofile')],
    ['one bit off', Uint8Array.from(bytes, (byte, at) => (at === 1_000_000 ? byte ^ 1 : byte))],
    ['nothing', new Uint8Array()],
  ])('or refused: %s', async ([, given]) => {
    expect(await from(given)).toMatchObject({ ok: false, fault: { place: { file: '6.12.kfprofile' } } })
    const result = await from(given)
    expect(result.ok ? '' : result.fault.what).toContain('digest differs')
  })
})
