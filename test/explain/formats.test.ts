// SPDX-License-Identifier: Apache-2.0
// The formats that have a line or a row a program: what stands in them, and that what reads them can.
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Checked, check } from '../../src/check.ts'
import {
  csvHeader,
  csvOfTrouble,
  editsOf,
  type Fix,
  renderCsv,
  renderJunit,
  renderShort,
  renderTable,
  stackBytes,
  statNamed,
  stats,
  type Trouble,
} from '../../src/explain/index.ts'
import { openKernel, unwrap } from '../../src/index.ts'

let outcomes: readonly Checked[] = []
const missing: Trouble = { kind: 'open_error', object: 'no.o', message: 'no.o: no such file' }
const of = (program: string): Checked => outcomes.find((one) => one.program === program)!

beforeAll(async () => {
  const kernel = unwrap(await openKernel('6.12'))
  const judge = (name: string): Checked[] =>
    unwrap(check(readFileSync(`examples/${name}.bpf.o`), kernel, { name: `${name}.bpf.o` }))
  outcomes = [...judge('03-flags/ret_null'), ...judge('19-program/calls')]
})

describe('short', () => {
  test('FILE:LINE:COLUMN: error[CODE]: …, as editors read it', () => {
    expect(renderShort(of('ret_null_deref'))).toMatch(
      /^\.\/03-flags\/ret_null\.bpf\.c:26:13: error\[KF101\]: a pointer .*: R0 may be NULL here.* \(program ret_null_deref, insn 4 of 03-flags\/ret_null\.bpf\.o\)\n$/,
    )
  })
  test('nothing of what is accepted', () => expect(renderShort(of('ret_null_checked'))).toBe(''))
})

describe('csv', () => {
  test('a cell a column, the verdicts’ figures', () => {
    const columns = csvHeader.split(',')
    expect(columns.slice(0, 3)).toEqual(['file_name', 'prog_name', 'verdict'])
    const accepted = renderCsv(of('ret_null_checked')).split(',')
    expect(accepted).toHaveLength(columns.length)
    const cell = (name: string): string => accepted[columns.indexOf(name)]!
    expect([cell('verdict'), cell('total_insns'), cell('total_states'), cell('prog_type')]).toEqual([
      'accept',
      '18',
      '2',
      'tracing',
    ])
    expect(csvOfTrouble(missing).split(',')).toHaveLength(columns.length)
  })
  test('quotes and formulas are data', () => {
    const odd = { ...of('ret_null_checked'), object: '=cmd,"x"' }
    expect(renderCsv(odd)).toMatch(/^"'=cmd,""x""",ret_null_checked,/)
  })
})

describe('table', () => {
  test('columns fit, names give way first', () => {
    const wide = renderTable([...outcomes, missing])
    const lines = wide.trimEnd().split('\n')
    expect(lines).toHaveLength(outcomes.length + 3)
    expect(lines[0]).toMatch(/^File +Program +Verdict +Code/)
    expect(lines.at(-1)).toMatch(/^no\.o +open_error$/)
    const narrow = renderTable(outcomes, { width: 110 })
    expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110)
    expect(narrow).toMatch(/^…\S+\.bpf\.o {2}ret_null/m)
  })
  test('nothing of nothing', () => expect(renderTable([])).toBe(''))
})

describe('junit', () => {
  test('suites and cases, counted', () => {
    const xml = renderJunit([...outcomes, missing])
    const failures = outcomes.filter(({ verdict }) => verdict === 'reject' || verdict === 'load_error').length
    expect(xml).toMatch(
      new RegExp(`<testsuites name="kfuncs" tests="${outcomes.length + 1}" failures="${failures}" errors="1" time="`),
    )
    expect(xml.match(/<testsuite /g)).toHaveLength(3)
    expect(xml.match(/<failure type="KF\d+" message="/g)).toHaveLength(failures)
    expect(xml).toContain('<error type="open_error" message="no.o: no such file"/>')
  })
  test('well-formed whatever the names are', () => {
    const odd = '<a & "b">\ufffe'
    const xml = renderJunit([{ ...of('ret_null_deref'), object: odd, program: odd }])
    expect(xml).toContain('classname="&lt;a &amp; &quot;b&quot;&gt;\ufffd"')
    const open: string[] = []
    for (const [, close, name, own] of xml.replace(/^<\?.*\?>/, '').matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>/g)) {
      if (close !== '') expect(open.pop()).toBe(name)
      else if (own === '') open.push(name!)
    }
    expect(open).toEqual([])
  })
})

describe('the figures', () => {
  test('every name means one of them', () => {
    const names = stats.flatMap((row) => row.names)
    expect(new Set(names).size).toBe(names.length)
    expect(statNamed(' Insns ')?.names[0]).toBe('total_insns')
    expect(statNamed('nope')).toBeUndefined()
  })
  // as Linux 6.12 counts them: `stack depth 48+320`, … of examples/19-program/calls.bpf.o
  test('stack in whole slots, of all functions', () => {
    for (const outcome of outcomes) for (const depth of outcome.report?.stackDepths ?? []) expect(depth % 8).toBe(0)
    expect(stackBytes(of('frames_fit'))).toBe(368)
    expect(of('frames_fit').report?.stackDepths?.length).toBe(2)
  })
})

describe('edits', () => {
  const fix = (after: readonly string[], before = '\treturn x;'): Fix => ({ file: 'a.c', line: 7, before, after })
  const at = (column: number) => ({ line: 7, column })
  test.for([
    ['lines before', fix(['\tif (!x)', '\t\treturn 0;', '\treturn x;']), 1, 1, '\tif (!x)\n\t\treturn 0;\n'],
    ['lines after', fix(['\treturn x;', '\ty();']), 11, 11, '\n\ty();'],
    ['another line', fix(['\treturn *x;']), 1, 11, '\treturn *x;'],
  ] as const)('%s', ([, given, start, end, text]) => {
    expect(editsOf(given)).toEqual([{ file: 'a.c', start: at(start), end: at(end), text }])
  })
  test('applied to the file, they give the suggested lines', () => {
    const { fix } = of('ret_null_deref').diagnostic!
    const lines = readFileSync('examples/03-flags/ret_null.bpf.c', 'utf8').split('\n')
    const [edit] = editsOf(fix!)
    const { start, end, text } = edit!
    const line = lines[start.line - 1]!
    lines[start.line - 1] = line.slice(0, start.column - 1) + text + line.slice(end.column - 1)
    expect(lines.join('\n')).toContain(fix!.after.join('\n'))
  })
})
