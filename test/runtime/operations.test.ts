// SPDX-License-Identifier: Apache-2.0
// struct_ops of one's own: hooks of an application, implemented by programs.
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import {
  defineModule,
  type Kernel,
  kernelFromModule,
  type ModuleDefinition,
  openKernel,
  unwrap,
  withModule,
} from '../../src/index.ts'
import { createMachine, type Loaded, type StructOps } from '../../src/runtime/index.ts'
import { reportWords } from '../../src/runtime/refusal.ts'
import { limiter } from './operations-module.ts'

const object = readFileSync('test/runtime/programs/operations.bpf.o')

interface Request {
  size: number
  verdict?: string
  spent?: bigint
}
interface LimiterOps {
  init(budget: number): number
  admit(request: Request, visitor: { id: number } | null): number
  spent(): bigint
  is_open(hour: number): boolean
  owner(): object | null
  done(): void
  limit: number
  name: string
}

let linux: Kernel
beforeAll(async () => {
  linux = unwrap(await openKernel('6.12'))
})

async function onMachine(change: Partial<ModuleDefinition['structOps'] & object>['limiter_ops'] = {}) {
  const definition = { ...limiter, structOps: { limiter_ops: { ...limiter.structOps!.limiter_ops, ...change } } }
  const kernel = unwrap(withModule(linux, unwrap(await defineModule(definition))))
  const machine = createMachine(kernel)
  return { machine, loaded: unwrap(machine.load(object)) }
}

const words = ({ refused }: Loaded, name: string): string => {
  const refusal = refused.get(name)
  if (refusal === undefined) return 'accepted'
  return refusal.kind === 'fault' ? refusal.fault.what : reportWords(refusal.report)
}

describe('programs are judged by the prototypes', () => {
  test.for([
    ['admit', 'accepted'],
    ['admit_unchecked', "R1 invalid mem access 'trusted_ptr_or_null_'"],
    ['admit_resized', 'no write support to limit_request at off 0'],
    ['admit_noted', 'calling kernel function limiter_note is not allowed'],
    ['admit_asleep', 'attach to unsupported member admit of struct limiter_ops'],
    ['init', 'accepted'],
    ['init_waiting', 'accepted'],
    ['done', 'accepted'],
  ] as const)('%s: %s', async ([name, said]) => {
    const { loaded } = await onMachine()
    expect(words(loaded, name)).toBe(said)
  })
})

describe('operations are functions', () => {
  test('with numbers, objects, and what the program wrote into them', async () => {
    const { loaded, machine } = await onMachine()
    const ops = loaded.structOps<LimiterOps>('first')
    expect(unwrap(ops.init!(100))).toBe(0)
    expect(unwrap(ops.init!(-1))).toBe(-22)
    unwrap(ops.init!(100))
    const request: Request = { size: 60 }
    expect(unwrap(ops.admit!(request, { id: 4 }))).toBe(40)
    expect(request).toEqual({ size: 60, verdict: 'y'.charCodeAt(0), spent: 60n })
    expect(unwrap(ops.admit!({ size: 200 }, null))).toBe(-1)
    expect(unwrap(ops.spent!())).toBe(60n | (1n << 63n))
    expect([unwrap(ops.is_open!(9)), unwrap(ops.is_open!(19))]).toEqual([true, false])
    expect(unwrap(ops.done!())).toBeUndefined()
    expect(ops.owner).toBeUndefined()
    expect([ops.limit, ops.name]).toEqual([7, 'first'])
    expect(machine.held()).toEqual([])
  })

  test('null where the parameter is not __nullable is an error, and nothing runs', async () => {
    const { loaded } = await onMachine()
    const { admit } = loaded.structOps<LimiterOps>('first')
    expect(admit!(null as never, null)).toMatchObject({
      ok: false,
      fault: { what: 'argument 1 of limiter_ops.admit() is null, and its parameter is not __nullable' },
    })
    expect(admit!(5 as never, null)).toMatchObject({ ok: false })
    expect(admit!({ address: 4096 } as never, null)).toMatchObject({ ok: false })
  })

  test('one whose program waits returns a promise', async () => {
    const { loaded } = await onMachine()
    expect(unwrap(await loaded.structOpsAsync<LimiterOps>('second').init!(41))).toBe(42)
    expect(loaded.structOps<LimiterOps>('second').init!(41)).toMatchObject({ ok: false })
  })

  test('a refused program says why, and a name that is none throws', async () => {
    const { loaded } = await onMachine()
    expect(loaded.structOps<LimiterOps>('unchecked').admit!({ size: 1 }, null)).toMatchObject({
      ok: false,
      fault: { what: expect.stringContaining('admit_unchecked is not accepted') },
    })
    expect(() => loaded.structOps('frist')).toThrow('there is no struct_ops frist')
  })

  test('on a kernel with no Linux in it', async () => {
    const kernel = unwrap(kernelFromModule(unwrap(await defineModule(limiter))))
    const loaded = unwrap(createMachine(kernel).load(object))
    expect(words(loaded, 'admit_unchecked')).not.toBe('accepted')
    expect(unwrap(loaded.structOps<LimiterOps>('first').is_open!(10))).toBe(true)
  })
})

describe('registered as on Linux', () => {
  const state = (loaded: Loaded, name: string): number => loaded.maps.get(name)!.get(new Uint8Array(4))![4]!

  test('.struct_ops is in use until it is unregistered, once', async () => {
    const reg = vi.fn()
    const unreg = vi.fn()
    const { loaded } = await onMachine({ reg, unreg })
    expect(state(loaded, 'plain')).toBe(0)
    const link = unwrap(loaded.registerStructOps('plain'))
    expect([state(loaded, 'plain'), link.registered]).toEqual([1, 'plain'])
    const ops = reg.mock.calls[0]![0] as StructOps<LimiterOps>
    expect(ops).toBe(loaded.structOps('plain'))
    expect(loaded.registerStructOps('plain')).toMatchObject({
      ok: false,
      fault: { what: expect.stringContaining('EBUSY') },
    })
    link.unregister()
    link.unregister()
    expect([state(loaded, 'plain'), unreg.mock.calls.length, link.registered]).toEqual([2, 1, undefined])
    expect(loaded.maps.get('plain')!.remove(new Uint8Array(4))).toBe(-115)
    expect(loaded.registerStructOps('plain')).toMatchObject({ ok: false })
  })

  test('.struct_ops.link is ready, and registered by links that others take over', async () => {
    const update = vi.fn()
    const { loaded } = await onMachine({ update })
    const link = unwrap(loaded.registerStructOps('first'))
    expect(state(loaded, 'first')).toBe(3)
    expect(loaded.maps.get('first')!.remove(new Uint8Array(4))).toBe(-95)
    unwrap(link.update('second'))
    expect(link.registered).toBe('second')
    expect(update).toHaveBeenCalledWith(loaded.structOps('second'), loaded.structOps('first'))
    expect(link.update('plain')).toMatchObject({ ok: false, fault: { what: expect.stringContaining('EINVAL') } })
    link.unregister()
    expect(link.update('first')).toMatchObject({ ok: false, fault: { what: expect.stringContaining('ENOLINK') } })
    expect(unwrap(loaded.registerStructOps('first')).registered).toBe('first')
  })

  test('without update none takes the place of another', async () => {
    const { loaded } = await onMachine()
    const link = unwrap(loaded.registerStructOps('first'))
    expect(link.update('second')).toMatchObject({ ok: false, fault: { what: expect.stringContaining('EOPNOTSUPP') } })
  })

  test('not where a program is missing or refused, or its struct_ops says no', async () => {
    const { loaded } = await onMachine({ reg: () => -17 })
    const said = (name: string): string => {
      const done = loaded.registerStructOps(name)
      return done.ok ? 'registered' : done.fault.what
    }
    expect(said('empty')).toBe('struct_ops empty is not registered: it has no program for admit (EINVAL)')
    expect(said('unchecked')).toContain('admit_unchecked is not accepted')
    expect(said('plain')).toBe('struct_ops plain is not registered: its struct_ops refused (EEXIST)')
    expect(state(loaded, 'plain')).toBe(0)
  })
})
