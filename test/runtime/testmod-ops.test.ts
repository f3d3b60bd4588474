// SPDX-License-Identifier: Apache-2.0
// The struct_ops of the kernel's test module, declared as a module of one's own: programs get the verdicts that the real 6.12 gives them
// with its bpf_testmod (conformance/oracle/run.sh on testmod_ops.bpf.o).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  defineModule,
  kernelFromModule,
  type ModuleDefinition,
  openKernel,
  unwrap,
  withModule,
} from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { reportWords } from '../../src/runtime/refusal.ts'

const testmod: ModuleDefinition = {
  name: 'own_testmod',
  c: `struct bpf_testmod_ops {
        int (*test_1)(void);
        void (*test_2)(int a, int b);
        int (*test_maybe_null)(int dummy, struct task_struct *task);
        int data;
      };
      int bpf_testmod_ops__test_maybe_null(int dummy, struct task_struct *task__nullable);
      struct st_ops_args { u64 a; };
      struct bpf_testmod_st_ops {
        int (*test_prologue)(struct st_ops_args *args);
        int (*test_epilogue)(struct st_ops_args *args);
        int (*test_pro_epilogue)(struct st_ops_args *args);
      };`,
  register: {},
  structOps: {
    bpf_testmod_ops: { helpers: 'none', members: { test_1: { sleepable: true } } },
    bpf_testmod_st_ops: { writes: { st_ops_args: '*' } },
  },
}

test('6.12 says of each program what it says with its own module', async () => {
  const kernel = unwrap(withModule(unwrap(await openKernel('6.12')), unwrap(await defineModule(testmod))))
  const { programs, refused } = unwrap(
    createMachine(kernel).load(readFileSync('test/runtime/programs/testmod_ops.bpf.o')),
  )
  const said = [
    ...[...programs.keys()].map((name) => [name, 'accept']),
    ...[...refused].map(([name, refusal]) => [
      name,
      refusal.kind === 'report' ? reportWords(refusal.report) : refusal.fault.what,
    ]),
  ]
  expect(new Map(said as [string, string][])).toEqual(
    new Map([
      ['null_asked', 'accept'],
      ['null_unasked', "R1 invalid mem access 'trusted_ptr_or_null_'"],
      ['null_other', "R1 invalid mem access 'trusted_ptr_or_null_'"],
      ['null_passed', 'Possibly NULL pointer passed to trusted arg0'],
      ['null_not_passed', 'accept'],
      ['task_leaked', 'Unreleased reference id=3 alloc_insn=2'],
      ['task_written', 'only read is supported'],
      ['arguments_summed', 'accept'],
      ['arguments_beyond', 'invalid bpf_context access off=16 size=8'],
      ['arguments_written', 'invalid bpf_context access off=0 size=8'],
      ['returns_wide', 'program of this type cannot use helper bpf_get_prandom_u32#7'],
      ['sleeps', 'accept'],
      ['args_written', 'accept'],
      ['args_read', 'accept'],
      ['args_beyond', 'access beyond struct st_ops_args at off 8 size 8'],
      ['args_half', 'accept'],
      ['returns_argument', 'accept'],
      ['random_asked', 'accept'],
    ]),
  )
})

test('a struct that the kernel has is not declared again', async () => {
  const twice = { ...testmod, name: 'another' }
  const kernel = unwrap(withModule(unwrap(await openKernel('6.12')), unwrap(await defineModule(testmod))))
  expect(withModule(kernel, unwrap(await defineModule(twice)))).toMatchObject({
    ok: false,
    fault: { what: 'the kernel already has struct_ops of struct bpf_testmod_ops' },
  })
  const congestion = {
    name: 'own_tcp',
    c: 'struct tcp_congestion_ops { void (*init)(struct sock *sk); };',
    register: {},
    structOps: { tcp_congestion_ops: {} },
  }
  const module = unwrap(await defineModule(congestion))
  expect(withModule(unwrap(await openKernel('6.12')), module)).toMatchObject({ ok: false })
  expect(kernelFromModule(module)).toMatchObject({ ok: true })
})
