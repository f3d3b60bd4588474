// SPDX-License-Identifier: Apache-2.0
// What the kernel and libbpf look at besides instructions: objects of which one byte or word of types, records or symbols was changed
// (conformance/loads.ts), and what the real kernel and libbpf 1.5 said of each program.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { normalise } from '../../conformance/judge.ts'
import verdicts from '../fixtures/loads/verdicts.json' with { type: 'json' }

interface Judged {
  readonly object: string
  readonly program: string
  readonly verdict: string
  readonly message?: string
  /** The last line of the kernel's log of a BTF that it refused. */
  readonly btf?: string
  readonly libbpf?: string
}

const opened = await openKernel('6.12')
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = opened.value
const programs: readonly Judged[] = verdicts.programs

describe.for(Object.entries(verdicts.changes))('%s: %s', ([name]) => {
  const checked = check(readFileSync(`test/fixtures/loads/${name}`), kernel, { name })
  test.for(programs.filter(({ object }) => object === name))('$program: $verdict $message $libbpf', (judged) => {
    if (!checked.ok) throw new Error(checked.fault.what)
    const ours = checked.value.find(({ program }) => program === judged.program)!
    expect(ours.verdict).toBe(judged.verdict)
    const { message, btf } = judged
    if (message !== undefined) expect(normalise(ours.diagnostic!.message)).toBe(normalise(message))
    const refused = ours.warnings.find((line) => line.startsWith('Error loading .BTF into kernel'))
    if (judged.verdict === 'load_error') return
    expect(refused !== undefined, refused).toBe(btf !== undefined)
    // of what it finds among special fields the kernel says nothing
    if (btf !== undefined && btf !== '')
      expect(btf.endsWith(refused!.replace(/.*: /s, '')), `${btf}\n${refused}`).toBe(true)
  })
})
