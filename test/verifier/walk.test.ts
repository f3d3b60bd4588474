// SPDX-License-Identifier: Apache-2.0
// Walks of the kernel's length: test/fixtures/walk, judged by the real kernel. Beside the verdict, how many insns were verified and how many
// states kept: a shorter walk may have skipped a path, a longer one may give up on what the kernel accepts.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel } from '../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../src/object/index.ts'
import { verify } from '../../src/verifier/index.ts'
import verdicts from '../fixtures/walk/walk.verdicts.json' with { type: 'json' }

const opened = await openKernel('6.12')
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = opened.value
const objects = new Map(
  [...new Set(verdicts.programs.map(({ object }) => object))].map((name) => [
    name,
    openObject(readFileSync(`test/fixtures/walk/${name}`), name),
  ]),
)

test.for(verdicts.programs)('$object $program', ({ object: name, program, ...said }) => {
  const object = objects.get(name)
  if (!object?.ok) throw new Error(`${name} does not open`)
  const linked = linkProgram(object.value, program, kernel)
  if (!linked.ok) throw new Error(linked.fault.what)
  const report = verify(linked.value, kernel)
  const message = report.verdict === 'reject' ? { message: report.message } : {}
  expect({ verdict: report.verdict, insns: report.insnsProcessed, states: report.states, ...message }).toEqual(said)
})
