// SPDX-License-Identifier: Apache-2.0
// Places that no compiler writes, as libbpf takes them: `conformance/loads.ts --kernel 7.3`, seeds 2102 and 2204.
import { expect, test } from 'vitest'
import { BtfBuilder } from '../../src/btf/index.ts'
import { check } from '../../src/check.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { makeExt, makeObject } from '../hostile/build.ts'

const opened = await openKernel('6.12')
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = opened.value
const verdicts = (bytes: Uint8Array): readonly string[] => {
  const checked = check(bytes, kernel, { name: 'made.bpf.o' })
  if (!checked.ok) throw new Error(checked.fault.what)
  return checked.value.map(({ verdict }) => verdict)
}

test.for([
  [16, ['accept', 'accept']],
  [20, ['load_error', 'load_error']],
] as const)('a CO-RE relocation at byte %i of one program: %s', ([byte, expected]) => {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  const task = btf.struct('task_struct', 4, [{ name: 'pid', type: int, offset: 0 }])
  const id = btf.func('one', btf.funcProto(int, []), 'global')
  const two = btf.func('two', btf.funcProto(int, []), 'global')
  const [section, other, access] = [btf.string('socket'), btf.string('tc'), btf.string('0:0')]
  const ext = makeExt({
    funcs: [
      [section, [[0, id]]],
      [other, [[0, two]]],
    ],
    relos: [[section, [[byte, task, access, 2]]]],
  })
  const code = 'r0 = 0\nr0 = 0\nr0 = 1\nr0 = 0\nexit'
  const functions = [
    { name: 'one', section: 'socket', code },
    { name: 'two', section: 'tc', code },
  ]
  expect(verdicts(makeObject({ functions, btf: btf.bytes(), ext }))).toEqual(expected)
})

test.for([
  [0, 'accept'],
  [2 ** 32, 'accept'],
  [4, 'reject'],
  [2 ** 32 + 4, 'reject'],
] as const)('of the place of a variable, %i, libbpf keeps 32 bits: %s', ([value, verdict]) => {
  const bytes = makeObject({
    functions: [{ name: 'one', section: 'socket', code: 'r1 = map data\nr0 = *(u32 *)(r1 + 0)\nr0 = 0\nexit' }],
    sections: [{ name: '.data', flags: 3, data: new Uint8Array(4) }],
    symbols: [{ name: 'data', section: '.data', size: 4, value, type: 'object' }],
  })
  expect(verdicts(bytes)).toEqual([verdict])
})

test.for([
  [2 ** 27, 'accept'],
  [2 ** 27 + 1, 'load_error'],
] as const)('a hash of %i entries is %s: its buckets are reckoned in 32 bits', ([entries, verdict]) => {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  const uint = (n: number): number => btf.ptr(btf.array(int, int, n))
  const members = [
    ['type', 1],
    ['max_entries', entries],
    ['key_size', 4],
    ['value_size', 4],
  ] as const
  const def = btf.struct(
    'def',
    32,
    members.map(([name, n], i) => ({ name, type: uint(n), offset: 8 * i })),
  )
  btf.datasec('.maps', 32, [{ type: btf.var('table', def, 'global'), offset: 0, size: 32 }])
  const bytes = makeObject({
    functions: [{ name: 'one', section: 'socket', code: 'r1 = map table\nr0 = 0\nexit' }],
    btf: btf.bytes(),
    sections: [{ name: '.maps', flags: 3, data: new Uint8Array(32) }],
    symbols: [{ name: 'table', section: '.maps', size: 32, type: 'object' }],
  })
  expect(verdicts(bytes)[0] === 'accept').toBe(verdict === 'accept')
})
