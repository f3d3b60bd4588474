// SPDX-License-Identifier: Apache-2.0
// Special fields that go together and some that do not, maps that may hold them and some that may not: test/fixtures/object/types.bpf.c,
// judged by the real kernel. What it refuses costs the object its BTF or the map its types, and the program what needs them.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { openKernel } from '../../src/kernel/index.ts'
import verdicts from '../fixtures/object/types.verdicts.json' with { type: 'json' }

interface Judged {
  readonly object: string
  readonly program: string
  readonly verdict: string
  readonly message?: string
}
const opened = await openKernel('6.12')
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = opened.value

test.for(verdicts.programs as readonly Judged[])(
  '$object $program: $verdict',
  ({ object, program, verdict, message }) => {
    const checked = check(readFileSync(`test/fixtures/object/${object}`), kernel, { name: object, program })
    const ours = checked.ok ? checked.value[0] : undefined
    expect([ours?.verdict, ours?.diagnostic?.message]).toEqual([verdict, message])
    // refused or made without types, it is said
    expect(ours?.warnings.some((text) => text.includes('BTF')) ?? false).toBe(verdict === 'reject')
  },
)
