// SPDX-License-Identifier: Apache-2.0
// What an image registers without a profile to tell of it.
import { expect, test } from 'vitest'
import { BtfBuilder, parseBtf } from '../../src/btf/index.ts'
import { setsOfImage } from '../../src/kernel/image-sets.ts'

/** The destructors of a kernel that has these structs and functions, and nothing else in `.BTF_ids`. */
function destructorsOf(structs: readonly string[], functions: readonly string[]): readonly string[] {
  const types = new BtfBuilder()
  for (const name of structs) types.struct(name, 0, [])
  const proto = types.funcProto(types.int('int', 4, { signed: true }), [])
  for (const name of functions) types.func(name, proto)
  const btf = parseBtf(types.bytes(), { name: 'vmlinux' })
  if (!btf.ok) throw new Error(btf.fault.what)
  return setsOfImage(btf.value, new Uint8Array(), '6.18').destructors.map(({ kfunc }) => kfunc)
}

// the .BTF_ids of 6.16 to 6.18 name the release kfunc itself, those of 6.12 and 6.19 a function of its own; none without either takes
// the struct's kptrs into a map (asked of all of them)
test.for([
  [['bpf_crypto_ctx_release', 'bpf_crypto_ctx_release_dtor'], ['bpf_crypto_ctx_release_dtor']],
  [['bpf_crypto_ctx_release'], ['bpf_crypto_ctx_release']],
  [['bpf_crypto_ctx_acquire'], []],
] as const)('crypto contexts of a kernel with %s are destroyed by %s', ([functions, destructors]) => {
  expect(destructorsOf(['bpf_crypto_ctx'], functions)).toEqual(destructors)
})

test('a destructor of a struct that the kernel lacks is none', () => {
  expect(destructorsOf(['task_struct'], ['bpf_crypto_ctx_release', 'bpf_task_release_dtor'])).toEqual([
    'bpf_task_release_dtor',
  ])
})
