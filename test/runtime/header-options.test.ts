// SPDX-License-Identifier: Apache-2.0
// Options of TCP headers that sock_ops programs read and write (programs/header_options.bpf.c). Answers are those that bpf-helpers(7) tells.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'

const ops = { parse: 13, length: 14, write: 15 } as const
/** A header without options, then these. */
const header = (...options: readonly number[]): Uint8Array => Uint8Array.from([...new Uint8Array(20), ...options])
const [ENOENT, EPERM, EFAULT, EEXIST, EINVAL, ENOSPC, ENOMSG] = [-2, -1, -14, -17, -22, -28, -42]

interface Asked {
  readonly op: keyof typeof ops
  readonly option?: readonly number[]
  readonly size?: number
  readonly flags?: number
  readonly data?: Uint8Array | undefined
}

async function ask(program: string, { op, option = [], size = option.length, flags = 0, data }: Asked) {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const object = readFileSync('test/runtime/programs/header_options.bpf.o')
  const { programs, maps } = unwrap(machine.load(object))
  const told = maps.get('tolds')!
  const value = new Uint8Array(24)
  new DataView(value.buffer).setUint32(4, size, true)
  new DataView(value.buffer).setUint32(8, flags, true)
  value.set(option, 16)
  told.set(new Uint8Array(4), value)
  const ctx = new Uint8Array(machine.layouts.sizeOf('bpf_sock_ops'))
  ctx[0] = ops[op]
  const called = unwrap(programs.get(program)!.call({ ctx, ...(data === undefined ? {} : { data }) }))
  const after = told.get(new Uint8Array(4))!
  const answer = new DataView(after.buffer, after.byteOffset).getInt32(0, true)
  return { answer, option: [...after.subarray(16)], data: called.data === undefined ? undefined : [...called.data] }
}

describe('an option is found by its kind, an experiment by what it begins with', () => {
  // a blank, window scale, an experiment by 2 bytes and one by 4, a long one
  const data = header(1, 3, 3, 7, 254, 5, 0xab, 0xcd, 9, 253, 7, 1, 2, 3, 4, 8, 30, 10, 1, 2, 3, 4, 5, 6, 7, 8)
  test.for<[string, Asked, number, number[]?]>([
    ['by its kind', { op: 'parse', option: [3, 0, 0, 0] }, 3, [3, 3, 7, 0]],
    ['an experiment', { op: 'parse', option: [254, 4, 0xab, 0xcd, 0, 0] }, 5, [254, 5, 0xab, 0xcd, 9, 0]],
    ['by four bytes', { op: 'parse', option: [253, 6, 1, 2, 3, 4, 0] }, 7, [253, 7, 1, 2, 3, 4, 8]],
    ['another experiment', { op: 'parse', option: [254, 4, 0xab, 0xce] }, ENOMSG],
    ['none', { op: 'parse', option: [5, 0] }, ENOMSG],
    ['as much as there is room for', { op: 'parse', option: [30, 0, 0, 0] }, ENOSPC, [30, 10, 1, 2]],
    ['a blank', { op: 'parse', option: [1, 0] }, EINVAL],
    ['an experiment by one byte', { op: 'parse', option: [254, 3, 0xab, 0] }, EINVAL],
    ['a length where there is none', { op: 'parse', option: [3, 3, 0] }, EINVAL],
    ['one byte', { op: 'parse', option: [3] }, EINVAL],
    ['a flag that there is not', { op: 'parse', option: [3, 0], flags: 2 }, EINVAL],
    ['of the SYN, which nobody kept', { op: 'parse', option: [3, 0], flags: 1 }, ENOENT],
    ['where lengths are asked for', { op: 'length', option: [3, 0] }, EPERM],
    ['behind the end', { op: 'parse', option: [3, 0], data: header(0, 3, 3, 7) }, ENOMSG],
    ['an option that is too long', { op: 'parse', option: [3, 0], data: header(8, 10, 1, 2) }, EFAULT],
  ])('%s', async ([, asked, answer, option]) => {
    const found = await ask('loads', { data, ...asked })
    expect(found.answer).toBe(answer)
    if (option !== undefined) expect(found.option.slice(0, option.length)).toEqual(option)
  })
  test('no packet is there', async () => {
    expect((await ask('loads', { op: 'parse', option: [3, 0] })).answer).toBe(EPERM)
  })
})

describe('an option is written once, behind the others', () => {
  const data = header(3, 3, 7, 1)
  test('where headers are written', async () => {
    const { answer, data: after } = await ask('stores', { op: 'write', option: [254, 4, 1, 2], data })
    expect(answer).toBe(0)
    expect(after).toEqual([...data, 254, 4, 1, 2])
  })
  test.for<[string, Asked, number]>([
    ['elsewhere', { op: 'parse', option: [254, 4, 1, 2] }, EPERM],
    ['one that is there', { op: 'write', option: [3, 3, 9] }, EEXIST],
    ['a blank', { op: 'write', option: [1, 2] }, EINVAL],
    ['longer than what is given', { op: 'write', option: [9, 4, 1] }, EINVAL],
    ['an experiment of nothing', { op: 'write', option: [254, 2] }, EINVAL],
    ['a flag', { op: 'write', option: [9, 2], flags: 1 }, EINVAL],
    ['behind the end', { op: 'write', option: [9, 2], data: header(0) }, ENOSPC],
    ['where there is no room', { op: 'write', option: [9, 2], data: header(...new Uint8Array(40).fill(1)) }, ENOSPC],
  ])('not %s', async ([, asked, answer]) => {
    const { answer: got, data: after } = await ask('stores', { data, ...asked })
    expect(got).toBe(answer)
    expect(after).toEqual([...(asked.data ?? data)])
  })
})

test.for<[string, Asked, number]>([
  ['room is reserved', { op: 'length', size: 12 }, 0],
  ['as much as there is', { op: 'length', size: 40 }, 0],
  ['not more', { op: 'length', size: 41 }, ENOSPC],
  ['not of one byte', { op: 'length', size: 1 }, EINVAL],
  ['not elsewhere', { op: 'write', size: 12 }, EPERM],
])('%s', async ([, asked, answer]) => {
  expect((await ask('reserves', asked)).answer).toBe(answer)
})
