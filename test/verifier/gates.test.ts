// SPDX-License-Identifier: Apache-2.0
// Programs whose verdict differs between kernels, a pair a gate (test/fixtures/gates). verdicts.json is what the real kernels of
// Debian's images said, 6.12 to 7.3: conformance/oracle/run.sh with V set to each, gates.bpf.o given.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { gateOpen, openKernel } from '../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../src/object/index.ts'
import { verify } from '../../src/verifier/index.ts'
import verdicts from '../fixtures/gates/verdicts.json' with { type: 'json' }
import memoryVerdicts from '../fixtures/gates/verdicts-memory.json' with { type: 'json' }

const said: Readonly<Record<string, Readonly<Record<string, string>>>> = verdicts
const saidOfMemory: typeof said = memoryVerdicts

describe.each(['6.12', '7.3'])('as the real Linux %s', (release) => {
  test.for(Object.keys(said))('%s', async (program) => {
    expect((await judge('gates.bpf.o', program, release)).verdict).toBe(said[program]![release]!.split(':')[0])
  })
  // these with the kernel's words
  test.for(Object.keys(saidOfMemory))('%s', async (program) => {
    const { verdict, message } = await judge('gates-memory.bpf.o', program, release)
    const words = saidOfMemory[program]![release]!
    expect(verdict === 'reject' ? `reject: ${withoutIds(message)}` : verdict).toBe(withoutIds(words))
  })
})

const withoutIds = (text: string): string => text.replace(/btf_id \d+/, 'btf_id N')

async function judge(file: string, program: string, release: string): Promise<{ verdict: string; message: string }> {
  const kernel = await openKernel(release)
  const object = openObject(readFileSync(`test/fixtures/gates/${file}`), file)
  if (!kernel.ok || !object.ok) throw new Error('kernel or object does not open')
  const linked = linkProgram(object.value, program, kernel.value)
  if (!linked.ok) throw new Error(linked.fault.what)
  const report = verify(linked.value, kernel.value)
  return { verdict: report.verdict, message: report.verdict === 'reject' ? report.message : '' }
}

// The first kernel with the other verdict is the one that the gate opens in.
test.for([
  ['ctx_moved', 'syscall-context-moves'],
  ['cast_to_bytes', 'rdonly-cast-to-void'],
  ['leaf_read', 'untrusted-leaves'],
  ['global_void', 'global-throws'],
  ['global_throws_holding', 'global-throws'],
  ['drop_kptr', 'nmi-unsafe-drop'],
  ['destroy_at_top', 'objects-below-frame-top'],
] as const)('%s changes where %s opens', ([program, gate]) => {
  for (const [release, verdict] of Object.entries(said[program]!)) {
    const changed = verdict.split(':')[0] !== said[program]!['6.12']!.split(':')[0]
    expect(gateOpen(gate, release), release).toBe(changed)
  }
})
