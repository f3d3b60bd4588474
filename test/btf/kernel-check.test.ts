// SPDX-License-Identifier: Apache-2.0
// What the kernel takes and refuses of BTF that no compiler writes, as 6.12 and 7.3 say of objects changed by chance
// (`conformance/loads.ts --seed 2204`, and 2102).
import { expect, test } from 'vitest'
import { BtfBuilder, type BtfId, kernelRefusal } from '../../src/btf/index.ts'

const refused = (build: (btf: BtfBuilder) => void): string | undefined => {
  const btf = new BtfBuilder()
  build(btf)
  return kernelRefusal(btf.build('made'))?.message
}

test('a pointer to a function is one to its prototype, where the function has been looked at', () => {
  expect(
    refused((btf) => {
      const proto = btf.funcProto(btf.int('int', 4), [])
      btf.ptr(btf.func('f', proto))
    }),
  ).toBeUndefined()
  expect(
    refused((btf) => {
      btf.ptr(4 as BtfId)
      const proto = btf.funcProto(btf.int('int', 4), [])
      btf.func('f', proto)
    }),
  ).toBe('Invalid type_id')
})

test.for([
  [4, 32, undefined],
  [8, 32, undefined],
  [4, 31, 'Invalid array of int'],
  [8, 24, 'Invalid array of int'],
] as const)('an int of %i bytes and %i bits in an array: %s', ([size, bits, message]) => {
  expect(
    refused((btf) => {
      const index = btf.int('int', 4)
      btf.array(btf.int('odd', size, { bits }), index, 2)
    }),
  ).toBe(message)
})

test.for([
  ['int of 4 bytes', 4, undefined],
  ['int of 8 bytes and 32 bits', 8, 'Invalid size'],
] as const)('what libbpf shows in place of a kfunc is the first: %s', ([, size, message]) => {
  expect(
    refused((btf) => {
      const first = btf.int('first', size, { bits: 32 })
      btf.int('int', 4)
      const kfunc = btf.func('kfunc', btf.funcProto(first, []), 'extern')
      btf.datasec('.ksyms', 4, [{ type: kfunc, offset: 0, size: 4 }])
    }),
  ).toBe(message)
})
