// SPDX-License-Identifier: Apache-2.0
// What kernel and libbpf check outside the walk (docs/loading.md has the list): test/fixtures/around, judged by the real kernel, both ways.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { normalise } from '../../conformance/judge.ts'
import verdicts from '../fixtures/around/verdicts.json' with { type: 'json' }

interface Judged {
  readonly object: string
  readonly program: string
  readonly verdict: string
  readonly message?: string
}
const opened = await openKernel('6.12')
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = opened.value
const programs: readonly Judged[] = verdicts.programs
const objects = [...new Set(programs.map(({ object }) => object))]

describe.for(objects)('%s', (name) => {
  const checked = check(readFileSync(`test/fixtures/around/${name}`), kernel, { name })
  test.for(programs.filter(({ object }) => object === name))('$program: $verdict $message', (judged) => {
    if (!checked.ok) throw new Error(checked.fault.what)
    const ours = checked.value.find(({ program }) => program === judged.program)!
    expect(ours.verdict, ours.warnings.join('\n')).toBe(judged.verdict)
    if (judged.message !== undefined) expect(normalise(ours.diagnostic!.message)).toBe(normalise(judged.message))
  })
})

const said: readonly (readonly [string, string, string])[] = [
  ['fields1.bpf.o', 'kptr_declared', 'struct bpf_cpumask is only declared in this object: include its definition'],
  ['fields1.bpf.o', 'kptr_twelve', 'more than 11 special fields'],
  ['fields22.bpf.o', 'kptr_no_destructor', 'no kfunc of this kernel is registered to destroy a struct file'],
  ['fields4.bpf.o', 'calls_back', "has the type tag 'user'"],
  ['maps1.bpf.o', 'slot_value', 'value_size 4, not 8'],
  ['maps1.bpf.o', 'slot_entries', 'max_entries 5, not 4'],
  ['maps3.bpf.o', 'lock_seen', 'global variables that user space sees cannot hold a bpf_spin_lock'],
  ['maps4.bpf.o', 'use_dollar', "cannot have '$' in it"],
  ['maps7.bpf.o', 'storage_timed', 'a map of this type cannot hold a bpf_timer'],
]
test.for(said)('%s %s: says that %s', ([object, program, text]) => {
  const checked = check(readFileSync(`test/fixtures/around/${object}`), kernel, { name: object, program })
  const ours = checked.ok ? checked.value[0] : undefined
  expect(ours?.verdict).not.toBe('accept')
  expect([...(ours?.diagnostic?.help ?? []), ours?.diagnostic?.primary.label ?? ''].join('\n')).toContain(text)
})

test('each row of the list in docs/loading.md names objects that are there', () => {
  const named = [...readFileSync('docs/loading.md', 'utf8').matchAll(/`([a-z0-9-]+\.bpf\.o)`/g)].map(
    (found) => found[1]!,
  )
  expect(named.length).toBeGreaterThan(20)
  const folders = ['test/fixtures/around', 'test/fixtures/object', 'test/fixtures/loads']
  expect(named.filter((name) => !folders.some((folder) => existsSync(`${folder}/${name}`)))).toEqual([])
})
