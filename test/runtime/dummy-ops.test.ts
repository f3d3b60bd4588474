// SPDX-License-Identifier: Apache-2.0
// Test runs of struct_ops programs. Expected is what the real 6.12 answers: conformance/run.ts --run --corpus test/runtime/programs --only dummy_ops
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'

async function loaded() {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const { programs } = unwrap(machine.load(readFileSync('test/runtime/programs/dummy_ops.bpf.o')))
  const run = (name: string, ...args: readonly bigint[]) => {
    const ran = programs
      .get(name)!
      .testRun({ ctx: new Uint8Array(BigUint64Array.from(args, (one) => BigInt.asUintN(64, one)).buffer) })
    return ran.ok ? ran.value.retval | 0 : ran.fault.what
  }
  const state = (val: number) => machine.object('bpf_dummy_ops_state', { val }).address
  return { machine, programs, run, state }
}

describe('operations of bpf_dummy_ops', () => {
  test('what the first argument leads to goes in and comes out', async () => {
    const { machine, run, state } = await loaded()
    const at = state(5)
    expect([run('may_be_null', BigInt(at)), machine.memory.u32(at)]).toEqual([5, 10])
    expect([run('takes_five', BigInt(at), -100n, 7n, 97n, 1n << 63n), machine.memory.u32(at)]).toEqual([-93, 97])
    expect(run('may_sleep', BigInt(at))).toBe(98)
  })
  test('NULL where it is __nullable, and nowhere else', async () => {
    const { run } = await loaded()
    expect(run('may_be_null', 0n)).toBe(-7)
    expect(run('may_sleep', 0n)).toBe('argument 1 is NULL, and its parameter is not __nullable (EINVAL)')
  })
  test('as many arguments as there are, memory that is there', async () => {
    const { run, programs } = await loaded()
    expect(run('takes_five', 0n)).toBe('5 arguments of 8 bytes are meant, 8 bytes are given (EINVAL)')
    expect(run('may_sleep', 16n)).toBe('the first argument leads to no memory (EFAULT)')
    expect(await programs.get('may_sleep')!.testRunAsync({ ctx: new Uint8Array(8) })).toMatchObject({ ok: false })
  })
  test('other structs have no test run', async () => {
    const { run, programs } = await loaded()
    expect(run('ssthresh', 1n)).toBe('only programs of struct bpf_dummy_ops have a test run (EOPNOTSUPP)')
    expect([programs.get('ssthresh')!.hasTestRun, programs.get('may_sleep')!.hasTestRun]).toEqual([false, true])
  })
})
