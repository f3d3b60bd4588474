// SPDX-License-Identifier: Apache-2.0
// A warning of lost special fields only where there were to be some.
import { expect, test } from 'vitest'
import { BtfBuilder } from '../../src/btf/index.ts'
import { meansFields } from '../../src/object/records/meant.ts'

const made = (make: (b: BtfBuilder, int: number) => number): boolean => {
  const builder = new BtfBuilder()
  const int = builder.int('int', 4)
  const id = make(builder, int)
  return meansFields(builder.build('x'), id)
}
const at = (name: string, type: number, offset = 0) => ({ name, type, bitOffset: offset * 8 })

test.for<[string, boolean, (b: BtfBuilder, int: number) => number]>([
  ['numbers', false, (b, int) => b.struct('entry', 4, [at('n', int)])],
  ['a lock', true, (b, int) => b.struct('entry', 4, [at('lock', b.struct('bpf_spin_lock', 4, [at('val', int)]))])],
  [
    'a timer in an array of structs',
    true,
    (b, int) => {
      const timer = b.struct('bpf_timer', 16, [at('n', int)])
      return b.struct('entry', 32, [at('all', b.array(b.struct('one', 16, [at('timer', timer)]), int, 2))])
    },
  ],
  [
    'a plain pointer to a lock',
    false,
    (b, int) => b.struct('entry', 8, [at('at', b.ptr(b.struct('bpf_spin_lock', 4, [at('val', int)])))]),
  ],
  [
    'a kptr',
    true,
    (b, int) => b.struct('entry', 8, [at('at', b.ptr(b.typeTag('kptr', b.struct('task_struct', 4, [at('n', int)]))))]),
  ],
  ['a pointer with another tag', false, (b, int) => b.struct('entry', 8, [at('at', b.ptr(b.typeTag('user', int)))])],
])('%s: %s', ([, expected, make]) => {
  expect(made(make)).toBe(expected)
})
