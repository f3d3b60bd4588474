// SPDX-License-Identifier: Apache-2.0
// What a reader of a rejection is told, case by case: the change that fits this program, and nothing that does not belong to it.
// The programs are examples that the real kernel rejected (examples/verdicts.json).
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { type Diagnostic, renderPretty } from '../../src/explain/index.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'

let kernel: Kernel
beforeAll(async () => {
  const opened = await openKernel('6.12')
  if (!opened.ok) throw new Error(opened.fault.what)
  kernel = opened.value
})

function judged(file: string, program: string) {
  const name = `${file}.bpf.o`
  const checked = check(readFileSync(`examples/${name}`), kernel, { name, program })
  if (!checked.ok) throw new Error(checked.fault.what)
  return checked.value[0]!
}
const told = (file: string, program: string): Diagnostic => judged(file, program).diagnostic!
const labels = ({ notes }: Diagnostic): readonly string[] => notes.map(({ label }) => label)
const fixed = ({ fix }: Diagnostic): readonly string[] | undefined => fix?.after.map((line) => line.trim())

describe('notes', () => {
  test('do not say again what the label says', () => {
    const diagnostic = told('01-define/wrapper', 'find_task_unchecked')
    expect(labels(diagnostic)).toEqual([
      'bpf_task_from_pid returns a referenced pointer to struct task_struct, or NULL',
    ])
    expect(diagnostic.primary.label).toContain('R1 is a referenced pointer to struct task_struct, or NULL')
  })

  test('tell an address on the stack once, and not what the register held before', () => {
    expect(labels(told('02-parameters/iter', 'iter_not_made'))).toEqual(['R1 becomes a pointer to the stack (fp-8)'])
  })

  test('tell a result and the register it is kept in together', () => {
    expect(labels(told('03-flags/release', 'release_then_read'))[0]).toBe(
      'bpf_task_acquire returns a referenced pointer to struct task_struct, or NULL; kept in R6',
    )
  })

  test('tell what was done to an iterator', () => {
    expect(labels(told('03-flags/iter_flags', 'iter_destroy_twice'))).toContain(
      'bpf_iter_num_destroy destroys the iterator at fp-8',
    )
  })
})

describe('a leak', () => {
  test('of an iterator: no kptr can hold it; the destructor is the correction', () => {
    const { help, ...rest } = told('03-flags/iter_flags', 'iter_leak')
    expect(help.join(' ')).not.toContain('kptr')
    expect(fixed({ help, ...rest })).toEqual(['bpf_iter_num_destroy(&it);', 'return 0;'])
  })

  test('on a line that asks for the variable: it may be NULL there', () => {
    expect(fixed(told('04-register/module', 'lookup_xdp_leak'))).toEqual([
      'if (ct)',
      'bpf_ct_release(ct);',
      'return ct ? 2 : 1;',
    ])
  })

  test('of what only another reference is given for: no correction that leaks in turn', () => {
    const { fix, help } = told('05-types/init_alias', 'alloc_leak')
    expect(fix).toBeUndefined()
    expect(help[0]).toContain('bpf_ct_insert_entry')
  })

  test('of what an exchange gives back: kept, and released where it is not NULL', () => {
    const diagnostic = told('03-flags/acquire', 'acquire_to_map_lose_old')
    expect(fixed(diagnostic)).toEqual([
      'struct task_struct *old = bpf_kptr_xchg(&slot->task, held);',
      '',
      'if (old)',
      'bpf_task_release(old);',
    ])
    expect(diagnostic.help[0]).toContain('pass it to bpf_task_release')
  })

  test('speaks of decisions only where there are some', () => {
    expect(told('03-flags/acquire', 'acquire_leak').help.join(' ')).not.toContain('decisions')
    expect(told('03-flags/acquire', 'acquire_leak_one_branch').help.join(' ')).toContain('decisions')
  })
})

describe('a NULL', () => {
  test('written in the call is no variable to check', () => {
    expect(told('02-parameters/nullable', 'not_nullable').help[0]).toMatch(/^Pass an object: /)
  })

  test('that a branch decided: which branch', () => {
    const diagnostic = told('03-flags/ret_null', 'ret_null_inverted')
    expect(diagnostic.help[0]).toMatch(/^found is NULL on this path/)
  })

  test('that is read through', () => {
    const { code, primary } = told('03-flags/iter_flags', 'iter_unchecked')
    expect(code).toBe('KF101')
    expect(primary.label).toBe('R0 is NULL on this path')
  })
})

describe('trust', () => {
  test('of an argument of fentry: there is none', () => {
    expect(told('03-flags/trusted_args', 'trusted_fentry_arg').help[0]).toMatch(/^Arguments of fentry/)
    expect(told('03-flags/trusted_args', 'trusted_walked').help.join(' ')).not.toContain('fentry')
  })

  test('lost with the RCU section: the call goes before its end', () => {
    expect(told('03-flags/rcu', 'rcu_after_section').help[0]).toMatch(/before bpf_rcu_read_unlock/)
    expect(told('03-flags/rcu', 'rcu_no_section').help[0]).toMatch(
      /^This program may sleep .*bpf_rcu_read_lock\(\) before the pointer is read/,
    )
  })

  test('gone with a release: which call ended it', () => {
    const { help, primary } = told('03-flags/release', 'release_twice')
    expect(primary.label).toContain('until bpf_task_release')
    expect(help).toEqual([
      'Use held before bpf_task_release, or get it again afterwards: no copy of it is valid any more.',
    ])
  })
})

describe('types and sizes', () => {
  test('name both structs; nf_conn only where it is about nf_conn', () => {
    const task = told('01-define/existing', 'rstat_updated_with_task')
    expect(task.primary.label).toBe('R1 points to struct task_struct; expected struct cgroup')
    expect(task.help.join(' ')).not.toContain('nf_conn')
    expect(told('05-types/init_alias', 'change_before_insert').help[0]).toContain('nf_conn___init')
    expect(told('07-cgroup/cgroup', 'cgroup_acquire_member').primary.label).toContain(
      'into the middle of struct cgroup',
    )
  })

  test('name the size and the memory, and the one help that fits', () => {
    const { help, primary } = told('02-parameters/sz', 'path_unbounded_size')
    expect(primary.label).toMatch(/R3 is a scalar from -2147483648 to 2147483647, R2 is a pointer to the stack/)
    expect(help[0]).toMatch(/^The size may be negative: .* bound it right before the call: if \(size > sizeof\(buf\)\)/)
    expect(told('02-parameters/sz', 'path_beyond_buffer').help[0]).toMatch(
      /1 byte past the end of the stack frame\. Make the size at most/,
    )
    expect(told('02-parameters/szk', 'slice_small_buffer').help[0]).toMatch(
      /^8 bytes lie between its start and another object on the stack, a dynptr/,
    )
    expect(told('03-flags/destructive', 'destructive_xdp').primary.label).not.toContain('size given')
  })

  test('a map that is none', () => {
    expect(told('02-parameters/map', 'wq_not_a_map').code).toBe('KF021')
  })
})

describe('memory', () => {
  test('that is too small at a fixed offset: which bytes of how many, and no index to bound', () => {
    const { help, primary } = told('02-parameters/szk', 'slice_overread')
    expect(primary.label).toMatch(/^this accesses byte 16 of the memory, which has 16 bytes: 1 byte too far/)
    expect(help.join(' ')).not.toContain('ARRAY_SIZE')
    expect(told('18-memory/memory', 'index_unbounded').help[0]).toContain('ARRAY_SIZE')
  })

  test('a helper that takes another kind', () => {
    const { code, primary } = told('10-objects/objects', 'percpu_owned')
    expect(code).toBe('KF026')
    expect(primary.label).toMatch(/must be a per-CPU pointer/)
  })

  test('a pointer that bit operations would destroy', () => {
    expect(told('18-memory/memory', 'masked_pointer').help).toEqual([
      'Compute with numbers first, and add the result to the pointer last.',
    ])
  })
})

test('who may call a kfunc is printed where that is the question', () => {
  expect(renderPretty(judged('04-register/filter', 'path_in_fentry'))).toContain('may be called by')
  expect(renderPretty(judged('03-flags/release', 'release_offset'))).not.toContain('may be called by')
})
