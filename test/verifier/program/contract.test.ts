// SPDX-License-Identifier: Apache-2.0
// Contracts read as documentation: what a call asks and does in a kernel, said once. The facts are bpf-helpers(7)'s, kfuncs.rst's and
// each kernel's own declarations.
import { describe, expect, test } from 'vitest'
import { type Kernel, openKernel } from '../../../src/kernel/index.ts'
import { helperPrototypes } from '../../../src/kernel/helpers/index.ts'
import {
  type Contract,
  type Effects,
  helperContractOf,
  type HelperContract,
  kfuncContractOf,
  type KfuncContract,
} from '../../../src/verifier/index.ts'
import { effectsWith } from '../../../src/verifier/program/contract/contract.ts'

const kernels = new Map<string, Kernel>()
for (const release of ['6.12', '7.3']) {
  const opened = await openKernel(release)
  if (!opened.ok) throw new Error(opened.fault.what)
  kernels.set(release, opened.value)
}
const kfunc = (name: string, release = '6.12'): KfuncContract => {
  const kernel = kernels.get(release)!
  return kfuncContractOf(kernel, kernel.kfuncs.get(name)!)
}
const helper = (key: string, release = '6.12'): HelperContract =>
  helperContractOf(kernels.get(release)!, helperPrototypes().get(key)!.proto)

const kinds = ({ args }: Contract): string[] => args.map(({ kind }) => kind)
/** Only what it does. */
const does = ({ effects: all }: Contract): Partial<Effects> => {
  const nothing = effectsWith()
  return Object.fromEntries(Object.entries(all).filter(([name, what]) => what !== nothing[name as keyof Effects]))
}

describe('a helper', () => {
  test('reserves in a ring buffer, to be given back', () => {
    const reserve = helper('ringbuf_reserve')
    expect(kinds(reserve)).toEqual(['map', 'reserved_size', 'anything'])
    expect(reserve.result).toMatchObject({ kind: 'ringbuf_mem', nullable: true })
    expect(does(reserve)).toEqual({ acquires: true })
    expect(does(helper('ringbuf_submit'))).toEqual({ releases: 1 })
  })
  test('reads memory whose size stands behind it', () => {
    const read = helper('probe_read_kernel')
    expect(kinds(read)).toEqual(['sized_mem', 'size', 'anything'])
    expect(read.args[0]).toMatchObject({ uninit: true, write: true })
    expect(read.args[1]).toMatchObject({ zeroOk: true })
  })
  test('calls back, now or later', () => {
    expect(helper('for_each_map_elem').effects.calls).toMatchObject({
      when: 'now',
      result: { range: { min: 0, max: 1 } },
    })
    expect(kinds(helper('for_each_map_elem').effects.calls!)).toEqual(['passed', 'map_key', 'map_value', 'passed'])
    expect(helper('timer_set_callback').effects.calls).toMatchObject({ when: 'later', effects: { sleeps: false } })
  })
  test('moves the packet', () => {
    expect(does(helper('skb_change_tail'))).toEqual({ movesPacket: true })
    expect(does(helper('get_hash_recalc'))).toEqual({})
  })
  test('may be called under a lock: the one that gives it back, later kptr_xchg', () => {
    expect(does(helper('spin_unlock'))).toEqual({ closes: 'lock', underLock: true })
    expect(helper('kptr_xchg').effects.underLock).toBe(false)
    expect(helper('kptr_xchg', '7.3').effects.underLock).toBe(true)
  })
})

describe('a kfunc', () => {
  test('acquires an object, and gives it back', () => {
    expect(kfunc('bpf_task_from_pid')).toMatchObject({ result: { kind: 'btf', nullable: true } })
    expect(does(kfunc('bpf_task_from_pid'))).toEqual({ acquires: true })
    expect(does(kfunc('bpf_task_release'))).toEqual({ releases: 'referenced' })
    // since 7.2 what is released comes first
    expect(does(kfunc('bpf_task_release', '7.3'))).toMatchObject({ releases: 1 })
    expect(kfunc('bpf_task_release', '7.3').args[0]).toMatchObject({ kind: 'btf', releases: true })
  })
  test('walks', () => {
    expect(does(kfunc('bpf_iter_num_new'))).toEqual({ iterator: 'new' })
    expect(kinds(kfunc('bpf_iter_num_new'))).toEqual(['iter', 'scalar', 'scalar'])
    expect(kfunc('bpf_iter_num_new').args[0]).toMatchObject({ uninit: true })
  })
  test('puts a node into a tree by a callback that compares', () => {
    const add = kfunc('bpf_rbtree_add_impl')
    expect(kinds(add)).toEqual(['rb_root', 'rb_node', 'callback', 'ignored', 'scalar'])
    expect(add.effects).toMatchObject({ lends: 2, underLock: true })
    expect(kinds(add.effects.calls!)).toEqual(['rb_node', 'rb_node'])
  })
  test('opens and closes sections', () => {
    expect(does(kfunc('bpf_rcu_read_lock'))).toEqual({ opens: 'rcu' })
    expect(does(kfunc('bpf_preempt_enable'))).toEqual({ closes: 'preempt' })
    expect(does(kfunc('bpf_res_spin_lock_irqsave', '7.3'))).toMatchObject({ opens: 'res_lock_irq', mayFail: true })
  })
  test('is the same value each time, and another in another kernel', () => {
    expect(kfunc('bpf_throw')).toBe(kfunc('bpf_throw'))
    expect(kfunc('bpf_throw')).not.toBe(kfunc('bpf_throw', '7.3'))
    expect(does(kfunc('bpf_throw'))).toEqual({ throws: true })
  })
})

describe('the table of helpers', () => {
  test('says the same of every variant of a helper, but for its prototype', () => {
    const told = new Map<number, object>()
    for (const { proto } of helperPrototypes().values()) {
      const { movesPacket, acquires, casts, changesMap, underLock, bounded, insns } = proto
      const same = { movesPacket, acquires, casts, changesMap, underLock, bounded, insns }
      expect(told.get(proto.id) ?? same, proto.name).toEqual(same)
      told.set(proto.id, same)
    }
  })
  test('has no type that contracts have no word for', () => {
    for (const [key] of helperPrototypes()) {
      const { args, result, name } = helper(key, '7.3')
      expect(
        [...args, result].filter(({ kind }) => kind === 'unsupported'),
        name,
      ).toEqual([])
    }
  })
})
