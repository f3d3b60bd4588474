// SPDX-License-Identifier: Apache-2.0
// One object as libbpf and as ebpf-go load it. What ebpf-go's programs come to is the real 6.12's answer (make.sh); ebpf-go of 2023, which asked it,
// skipped SEC("?…"), which today's loads as any other.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { check, openObject } from '../../src/index.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { unwrap } from '../../src/fault/index.ts'

interface Row {
  readonly prog: string
  readonly verdict: 'accept' | 'reject' | 'load_error' | 'skipped'
  readonly msg?: string
  readonly insns?: string
}

const bytes = new Uint8Array(readFileSync('test/loaders/go.bpf.o'))
const rows = readFileSync('test/loaders/verdicts-6.12.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)
const kernel = unwrap(await openKernel('6.12'))

describe('ebpf-go', () => {
  const checked = unwrap(check(bytes, kernel, { name: 'go.bpf.o', loader: 'ebpf-go' }))
  test.for(rows.filter(({ verdict }) => verdict !== 'skipped'))('$prog: $verdict', ({ prog, verdict, msg, insns }) => {
    const ours = checked.find(({ program }) => program === prog)
    // the map is not made: the words are the loader's own
    if (verdict === 'load_error') return expect(ours?.report?.verdict).toBe(verdict)
    expect(ours?.report).toMatchObject({ verdict, ...(msg === undefined ? {} : { message: msg }) })
    expect(ours?.report?.insnsProcessed).toBe(Number(insns))
  })
  test('a section that it does not know', () => {
    const unknown = checked.find(({ program }) => program === 'unknown')
    expect(unknown?.fault?.what).toBe('cannot load program unknown: program type is unspecified')
  })
  test('SEC("?xdp/of/my/own") is loaded as what its beginning says', () => {
    expect(checked.find(({ program }) => program === 'prefixed')).toMatchObject({ report: { verdict: 'accept' } })
  })
  test('a program for each function outside .text, and maps by their sections', () => {
    const object = unwrap(openObject(bytes, 'go.bpf.o', { loader: 'ebpf-go' }))
    expect(object.programs.map(({ name }) => name).sort()).toEqual(rows.map(({ prog }) => prog).sort())
    expect(object.maps.map(({ name }) => name)).toEqual(['counts', 'calls', 'events', 'odd', '.rodata.config'])
  })
})

describe('libbpf', () => {
  test('does not make a perf event array without sizes: the help names the loader that does', async () => {
    const object = readFileSync('test/loaders/sizes.bpf.o')
    const [asLibbpf] = unwrap(check(object, kernel, { name: 'sizes.bpf.o' }))
    expect(asLibbpf?.report?.verdict).toBe('load_error')
    expect(asLibbpf?.diagnostic?.help.join(' ')).toContain('ebpf-go (bpf2go) fills in these sizes')
    const [asGo] = unwrap(check(object, kernel, { name: 'sizes.bpf.o', loader: 'ebpf-go' }))
    expect(asGo?.report?.verdict).toBe('accept')
  })
  test('does not open it', () => {
    const { fault } = openObject(bytes, 'go.bpf.o') as { fault: { what: string; hint: string } }
    expect(fault.what).toMatch(/program '\w+' is static and not supported$/)
    expect(fault.hint).toContain('--loader ebpf-go')
  })
})

test('a loader that there is not is told, with those that there are', () => {
  expect(openObject(bytes, 'go.bpf.o', { loader: 'aya' as never })).toMatchObject({
    ok: false,
    fault: { what: "no loader is called 'aya'", hint: 'there are libbpf, ebpf-go' },
  })
})
