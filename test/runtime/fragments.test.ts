// SPDX-License-Identifier: Apache-2.0
// Packets of XDP in fragments, as real kernels have them (fragments.json: 6.12 and 7.3 say the same; fragments_later.bpf.c of 7.3).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { fragmentInputs, type Outcome, outcomeOf } from './fragment-inputs.ts'

type ObjectName = 'fragments' | 'fragments_later'
const said = JSON.parse(readFileSync('test/runtime/fragments.json', 'utf8')) as Record<
  ObjectName,
  Record<string, Record<string, Outcome>>
>
const errors: readonly [RegExp, number][] = [
  [/\(EINVAL\)/, 22],
  [/\(ENOMEM\)/, 12],
]

const cases = (['fragments', 'fragments_later'] as const).flatMap((object) =>
  Object.keys(said[object]).flatMap((program) =>
    (object === 'fragments' ? ['6.12', '7.3'] : ['7.3']).map((kernel) => [program, kernel, object] as const),
  ),
)

for (const options of [{}, { interpret: true }, { sanitize: true }])
  test.for(cases)(`%s on %s, ${JSON.stringify(options)}`, async ([program, release, object]) => {
    const machine = createMachine(unwrap(await openKernel(release)), options)
    const loaded = unwrap(machine.load(readFileSync(`test/runtime/programs/${object}.bpf.o`), { programs: [program] }))
    const run = loaded.programs.get(program)!
    const outcomes: Record<string, Outcome> = {}
    for (const [name, { data, ctx }] of fragmentInputs) {
      const answer = run.testRun({ data, ...(ctx === undefined ? {} : { ctx }) })
      if (!answer.ok) outcomes[name] = { errno: errors.find(([words]) => words.test(answer.fault.what))?.[1] ?? -1 }
      else {
        const [, bss] = [...[...loaded.maps.values()].find((map) => map.name.endsWith('.bss'))!.entries()][0]!
        const { retval, data: after } = answer.value
        outcomes[name] = outcomeOf({ retval, data: after!, ctx: answer.value.ctx }, Uint8Array.from(bss), object)
      }
    }
    expect(outcomes).toEqual(said[object][program])
  })

test('live frames are a frame a run, of which only the actions are told', async () => {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const object = readFileSync('test/runtime/programs/fragments.bpf.o')
  const { programs } = unwrap(machine.load(object, { programs: ['stores', 'dynptr_writes'] }))
  const data = new Uint8Array(3408)
  expect(programs.get('stores')!.testRun({ data, liveFrames: true, repeat: 5 })).toEqual({
    ok: true,
    value: { retval: 0, actions: new Map([[3, 5]]) },
  })
  const answer = programs.get('stores')!.testRun({ data: new Uint8Array(3409), liveFrames: true })
  expect(answer.ok ? '' : answer.fault.what).toBe('live frames have no fragments: 3408 bytes at most (EINVAL)')
})

test('only XDP has live frames', async () => {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const { programs } = unwrap(machine.load(readFileSync('test/runtime/programs/packets.bpf.o')))
  const other = [...programs.values()].find(({ type }) => type === 'BPF_PROG_TYPE_SCHED_CLS')!
  const answer = other.testRun({ data: new Uint8Array(64), liveFrames: true })
  expect(answer.ok ? '' : answer.fault.what).toBe('only XDP has live frames (EINVAL)')
})
