// SPDX-License-Identifier: Apache-2.0
// Facts of small programs, read as documentation: what each is, and what it is not.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { unwrap } from '../../../src/fault/index.ts'
import { openKernel } from '../../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../../src/object/index.ts'
import { type InsnFact, verify } from '../../../src/verifier/index.ts'
import { factsOf, linkedOf } from '../../runtime/handmade.ts'
import { judgeText } from '../handmade.ts'

async function factsOfText(text: string, release = '6.12') {
  const report = await judgeText(release, text, { facts: true })
  if (report.verdict !== 'accept' || report.facts === undefined) throw new Error(`${report.verdict}`)
  return report.facts
}

async function factsOfExample(object: string, program: string) {
  const kernel = await openKernel('6.12')
  const opened = openObject(readFileSync(`examples/${object}.bpf.o`), `${object}.bpf.o`)
  if (!kernel.ok || !opened.ok) throw new Error('does not open')
  const linked = linkProgram(opened.value, program, kernel.value)
  if (!linked.ok) throw new Error(linked.fault.what)
  const report = verify(linked.value, kernel.value, { facts: true })
  if (report.verdict !== 'accept' || report.facts === undefined) throw new Error(report.verdict)
  const { insns } = report.facts
  const at = (wanted: (fact: InsnFact) => boolean): InsnFact =>
    insns.find((fact) => fact !== undefined && wanted(fact))!
  return { ...report.facts, at }
}

test('without the option there are none', async () => {
  expect(await judgeText('6.12', 'r0 = 0\nexit')).not.toHaveProperty('facts')
})

test('numbers, constants, branches and the stack', async () => {
  const { insns, subprogs, proof } = await factsOfText(`
    r6 = *(u32 *)(r1 + 0)      ; 0: a field of the context: any number of 32 bits
    r6 &= 7                    ; 1
    *(u64 *)(r10 - 8) = r6     ; 2
    if r6 > 7 goto dead        ; 3: it never is
    r7 = *(u64 *)(r10 - 8)     ; 4
    r7 += 2                    ; 5
    r0 = 5                     ; 6
    if r7 > 4 goto end         ; 7
    r0 = 3                     ; 8
    end: exit                  ; 9
    dead: r0 = r1              ; 10
    exit                       ; 11`)
  expect(proof).toBe('whole')
  expect(insns[0]?.src).toMatchObject({ kind: 'ctx', off: { min: 0, max: 0 }, null: 'never' })
  expect(insns[0]?.result).toMatchObject({ kind: 'scalar', unsigned: { min: 0n, max: 0xffff_ffffn } })
  // known bits beside ranges: all but the lowest three are clear
  expect(insns[1]?.result).toMatchObject({ unsigned32: { min: 0, max: 7 }, zeros: 0xffff_ffff_ffff_fff8n, ones: 0n })
  // where an access touches: the offset of the instruction is in
  expect(insns[2]?.access).toMatchObject({
    reads: false,
    writes: true,
    size: 8,
    to: { kind: 'fp', up: 0, off: { min: -8, max: -8 } },
    fault: 'none',
  })
  expect(insns[3]?.branch).toBe('never')
  expect(insns[4]?.result).toMatchObject({ unsigned: { min: 0n, max: 7n } })
  expect(insns[5]?.result).toMatchObject({ signed: { min: 2n, max: 9n } })
  expect(insns[6]?.result).toMatchObject({ constant: 5n })
  expect(insns[7]?.branch).toBe('both')
  expect(insns[10]).toBeUndefined()
  expect(insns[11]).toBeUndefined()
  expect(subprogs).toEqual([
    { index: 0, name: '', start: 0, end: 12, reached: true, stackDepth: 8, callback: false, exceptionCallback: false },
  ])
})

test('a number that nothing needed exactly is not told from the paths that were walked', async () => {
  // the path with r6 = 2 ends at `join`, in the state that the path with r6 = 1 left there: r6 is told by neither
  const { insns } = await factsOfText(`
    call 7                     ; 0
    r6 = 1                     ; 1
    if r0 == 0 goto join       ; 2
    r6 = 2                     ; 3
    r1 = 0                     ; 4
    r1 = 0                     ; 5
    r1 = 0                     ; 6
    r1 = 0                     ; 7
    r1 = 0                     ; 8
    join: r2 = 0               ; 9
    call 7                     ; 10
    if r0 == 0 goto +0         ; 11
    r0 = r6                    ; 12
    exit                       ; 13`)
  const seen = insns[12]?.src
  if (seen?.kind !== 'scalar') throw new Error('no number')
  expect(seen.unsigned.min).toBeLessThanOrEqual(1n)
  expect(seen.unsigned.max).toBeGreaterThanOrEqual(2n)
})

test('a lookup: which map, what may be null, how many bytes a call may touch', async () => {
  const { at } = await factsOfExample('18-memory/lookups', 'sum_of_value')
  const lookup = at(({ call }) => call?.kind === 'helper' && call.name === 'bpf_map_lookup_elem')
  expect(lookup.call).toMatchObject({
    args: [
      { reg: 1, value: { kind: 'map_ptr', mapName: 'numbers' }, role: 'ARG_CONST_MAP_PTR' },
      { reg: 2, value: { kind: 'fp', up: 0, off: { min: -4, max: -4 } }, bytes: { min: 4, max: 4 } },
    ],
  })
  expect(lookup.result).toMatchObject({ kind: 'map_value', mapName: 'numbers', null: 'maybe', owned: 'never' })
  const sum = at(({ call }) => call?.kind === 'helper' && call.name === 'bpf_csum_diff')
  expect(sum.call).toMatchObject({ args: [{ value: { null: 'maybe' }, bytes: { min: 4, max: 4 } }, {}, {}, {}, {}] })
})

test.for(['6.12', '7.3'])(
  'bytes of a packet that are there wherever a pointer into it is, by the rules of %s',
  async (release) => {
    const kernel = unwrap(await openKernel(release))
    const facts = factsOf(
      linkedOf({
        text: `
        r6 = *(u32 *)(r1 + 0)      ; 0 data
        r7 = *(u32 *)(r1 + 4)      ; 1 data_end
        r2 = *(u32 *)(r1 + 12)     ; 2
        r2 &= 15                   ; 3
        r2 += r6                   ; 4: somewhere in the first 16 bytes
        r3 = r2                    ; 5
        r3 += 8                    ; 6
        if r3 > r7 goto out        ; 7
        r0 = *(u64 *)(r2 + 0)      ; 8
        out: r0 = 2                ; 9
        exit`,
      }),
      kernel,
    )
    // at offset 0 there are 8, at 15 there are 23: 7.3 counts from there
    expect(facts?.insns[8]?.src).toMatchObject({ kind: 'pkt', off: { min: 0, max: 15 }, size: 8 })
  },
)

test('what is filled with its sign extended learns nothing of what was spilled, though 6.12 has it that it does', async () => {
  const { insns } = await factsOfText(`
    r6 = *(u32 *)(r1 + 0)      ; 0
    r6 &= 65535                ; 1
    *(u64 *)(r10 - 8) = r6     ; 2
    r2 = *(s16 *)(r10 - 8)     ; 3: -32768 to 32767
    if r6 == 40000 goto same   ; 4
    r0 = 0                     ; 5
    exit                       ; 6
    same: r2 &= 7              ; 7: of -25536, and of no 40000
    r1 = r10                   ; 8
    r1 += -8                   ; 9
    r1 += r2                   ; 10: which number it is matters exactly
    r0 = *(u8 *)(r1 + 0)       ; 11
    exit                       ; 12`)
  expect(insns[7]?.dst).toMatchObject({ signed: { min: -32768n, max: 32767n } })
})
