// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { type Btf, BtfBuilder, relocateBtf } from '../../src/btf/index.ts'

/** A kernel: its ids are unlike those of the distilled base below. */
function kernel(sizeOfPair = 16): Btf {
  const b = new BtfBuilder()
  b.float('double', 8)
  const int = b.int('int', 4, { signed: true })
  b.struct('task_struct', 128, [{ name: 'pid', type: int, offset: 0 }])
  b.struct('pair', sizeOfPair, [{ name: 'a', type: int, offset: 0 }])
  return b.build('vmlinux')
}

/** A module over names and sizes alone: `int`, a struct it points at, a struct it embeds. */
function module(): Btf {
  const names = new BtfBuilder()
  const int = names.int('int', 4, { signed: true })
  const task = names.fwd('task_struct')
  const pair = names.struct('pair', 16, [])
  const b = new BtfBuilder({ base: names.build('distilled') })
  const pointer = b.ptr(task)
  b.struct('mine', 24, [
    { name: 'p', type: pair, offset: 0 },
    { name: 'n', type: int, offset: 16 },
  ])
  const proto = b.funcProto(int, [{ name: 'task', type: pointer }])
  b.func('bpf_mine', proto)
  return b.build('mine')
}

describe('a split BTF over a distilled base', () => {
  test('is moved onto the real one', () => {
    const base = kernel()
    const from = module()
    const moved = relocateBtf(from, base)
    if (!moved.ok) throw new Error(moved.fault.what)
    const { btf, idOf } = moved.value
    const id = btf.find('bpf_mine', 'func')!
    expect(idOf(from.find('bpf_mine', 'func')!)).toBe(id)
    const func = btf.type(id)
    const proto = func.kind === 'func' ? btf.type(func.type) : undefined
    if (proto?.kind !== 'func_proto') throw new Error('no prototype')
    const pointer = btf.type(proto.params[0]!.type)
    expect(pointer.kind === 'ptr' && btf.type(pointer.type)).toEqual(base.type(base.find('task_struct', 'struct')!))
    expect(proto.ret).toBe(base.find('int'))
    expect(btf.base).toBe(base)
  })

  test('another size of an embedded struct is a fault', () => {
    const moved = relocateBtf(module(), kernel(20))
    expect(!moved.ok && moved.fault.what).toBe('struct pair has another size in vmlinux')
  })

  test('a type the kernel lacks is a fault', () => {
    const b = new BtfBuilder()
    b.int('int', 4, { signed: true })
    const moved = relocateBtf(module(), b.build('vmlinux'))
    expect(!moved.ok && moved.fault.what).toBe('vmlinux has no fwd task_struct')
  })

  test('BTF without a base has nothing to move from', () => {
    expect(relocateBtf(kernel(), kernel()).ok).toBe(false)
  })
})
