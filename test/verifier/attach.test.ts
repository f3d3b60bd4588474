// SPDX-License-Identifier: Apache-2.0
// What the kernel and libbpf ask beside the walk about attach targets, kfuncs, callbacks, names and counts: accepted programs beside
// their near twins, as the real kernels judged them (test/fixtures/attach). docs/checks.md is the list.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { normalise } from '../../conformance/judge.ts'
import verdicts from '../fixtures/attach/verdicts.json' with { type: 'json' }

type Judged = readonly [program: string, verdict: string, message?: string]
type ByObject = Readonly<Record<string, readonly Judged[]>>

describe.for(Object.entries(verdicts as unknown as Readonly<Record<string, ByObject>>))(
  'Linux %s',
  ([release, objects]) => {
    test.for(Object.entries(objects))('%s', async ([name, judged]) => {
      const kernel = await openKernel(release)
      if (!kernel.ok) throw new Error(kernel.fault.what)
      const checked = check(readFileSync(`test/fixtures/attach/${name}`), kernel.value, { name })
      if (!checked.ok) throw new Error(checked.fault.what)
      const ours = checked.value.map(({ program, verdict, diagnostic }) => {
        const message = verdict === 'reject' ? [normalise(diagnostic?.message ?? '')] : []
        return [program, verdict, ...message].join(' | ')
      })
      const theirs = judged.map(([program, verdict, message]) =>
        [program, verdict, ...(message === undefined ? [] : [normalise(message)])].join(' | '),
      )
      expect(ours.sort()).toEqual(theirs.sort())
    })
  },
)
