// SPDX-License-Identifier: Apache-2.0
// Every example the real kernel rejects, explained. Where the kernel stopped stands in verdicts.json (its own log).
import { existsSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import {
  type Diagnostic,
  type Outcome,
  renderGithub,
  renderJson,
  renderLog,
  renderPretty,
  renderSarif,
} from '../../src/explain/index.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'

interface Verdict {
  readonly object: string
  readonly program: string
  readonly verdict: string
  readonly message?: string
  readonly kernelLine?: string
}
const { programs } = JSON.parse(readFileSync('examples/verdicts.json', 'utf8')) as { programs: Verdict[] }

const outcomes = new Map<string, Outcome>()
let kernel: Kernel
beforeAll(async () => {
  const opened = await openKernel('6.12')
  if (!opened.ok) throw new Error(opened.fault.what)
  kernel = opened.value
  for (const object of new Set(programs.map((row) => row.object))) {
    const path = `examples/${object}`
    if (!existsSync(path)) continue
    const checked = check(readFileSync(path), kernel, { name: object })
    if (checked.ok) for (const outcome of checked.value) outcomes.set(`${object} ${outcome.program}`, outcome)
  }
})

const of = (object: string, program: string): Outcome => outcomes.get(`${object} ${program}`)!
const diagnosticOf = (object: string, program: string): Diagnostic => of(object, program).diagnostic!
/** Rejections that we and the kernel agree on; the others are the verifier's business. */
const agreed = (): readonly (readonly [Verdict, Diagnostic])[] =>
  programs.flatMap((row) => {
    const outcome = outcomes.get(`${row.object} ${row.program}`)
    const { diagnostic } = outcome ?? {}
    return row.verdict === 'reject' && outcome?.verdict === 'reject' && diagnostic !== undefined
      ? [[row, diagnostic] as const]
      : []
  })

describe('every rejected example', () => {
  test('is looked at', () => {
    expect(agreed().length).toBeGreaterThan(150)
  })

  test('has a code of its own, a help, a rule', () => {
    for (const [row, { code, help, rule, section }] of agreed()) {
      expect(code, `${row.program}: ${row.message}`).not.toBe('KF199')
      expect(help.length, row.program).toBeGreaterThan(0)
      expect(rule && section, row.program).not.toBe('')
    }
  })

  test('keeps the kernel’s message word for word', () => {
    const same = agreed().filter(([row, { message }]) => plain(message) === plain(row.message ?? ''))
    expect(same.length / agreed().length).toBeGreaterThan(0.95)
  })

  test('points at the line the kernel stopped at', () => {
    const with_ = agreed().filter(([{ kernelLine }]) => kernelLine !== undefined)
    const same = with_.filter(([{ kernelLine }, { primary }]) => primary.text?.trim() === kernelLine)
    expect(same.length / with_.length).toBeGreaterThan(0.95)
  })

  test('leaves no place unfilled', () => {
    for (const [, diagnostic] of agreed()) {
      const texts = [
        diagnostic.primary.label,
        diagnostic.reason,
        ...diagnostic.help,
        ...diagnostic.notes.map(({ label }) => label),
      ]
      for (const text of texts) expect(text).not.toMatch(/\{\??\w+\}(?!;)|undefined(?! behaviour)|NaN/)
    }
  })
})
const plain = (message: string): string =>
  message
    .split('\n')[0]!
    .replaceAll(/0x[0-9a-f]+|-?\d+/gi, 'N')
    .trim()

describe('what an explanation says', () => {
  const task = '06-task/task.bpf.o'

  test('a leak: where the reference came from, the way out, the release', () => {
    const { code, notes, help, contract } = diagnosticOf(task, 'task_from_pid_early_out')
    expect(code).toBe('KF032')
    expect(notes.map(({ kind }) => kind)).toEqual(['acquired', 'branch', 'branch'])
    expect(notes[0]!.source?.text).toContain('bpf_task_from_pid(')
    expect(notes[1]!.label).toMatch(/is not NULL/)
    expect(help[0]).toBe('Add bpf_task_release(found); before this point, on this path too.')
    expect(contract?.partner).toBe('released by bpf_task_release')
    expect(contract?.flags[0]).toMatch(/^KF_ACQUIRE: /)
  })

  test('a missing NULL check: where the value came from, and the corrected line', () => {
    const { code, notes, fix } = diagnosticOf(task, 'task_rcu_read_unchecked')
    expect(code).toBe('KF012')
    expect(notes.map(({ source }) => source?.text.trim())).toEqual(['copy = global;'])
    // the call has another argument that is NULL: guarding this one alone would not be enough
    expect(fix).toBeUndefined()
    const parent = diagnosticOf('07-cgroup/cgroup.bpf.o', 'cgroup_parent_unchecked').fix
    expect(parent?.after.map((line) => line.trim())).toEqual(['if (parent)', 'bpf_cgroup_release(parent);'])
  })

  test('a pointer that outlived its RCU section: the sections, and the call that ended its protection', () => {
    const { code, notes } = diagnosticOf(task, 'task_kept_after_section')
    expect(code).toBe('KF013')
    expect(notes.filter(({ kind }) => kind === 'context').map(({ label }) => label)).toEqual([
      'the RCU read section is entered',
      'the RCU read section is left',
    ])
    expect(notes.some(({ label }) => /untrusted.*by the call of bpf_rcu_read_unlock/.test(label))).toBe(true)
  })

  test('a sleepable kfunc: the section name that would allow it', () => {
    const { code, help } = diagnosticOf('01-define/existing.bpf.o', 'rstat_flush_atomic')
    expect(code).toBe('KF005')
    expect(help[0]).toContain('SEC("lsm.s/file_open") instead of SEC("lsm/file_open")')
  })

  test('notes are in the order of the path', () => {
    for (const [row, { notes }] of agreed()) {
      expect(notes.length, row.program).toBeLessThanOrEqual(60)
      for (const note of notes) expect(note.label).not.toBe('')
    }
  })
})

describe('renderers', () => {
  const rejected = (): Outcome => of('06-task/task.bpf.o', 'task_rcu_read_unchecked')

  test('pretty: header, place, lines, kernel, contract, rule, help', () => {
    const text = renderPretty(rejected(), { width: 100 })
    expect(text).toMatch(/^error\[KF012\]: the argument may be NULL\n +--> \S+task\.bpf\.c:\d+:\d+\n/)
    for (const part of [
      '= kernel: Possibly NULL pointer passed to trusted arg0',
      '= contract: ',
      '= rule: ',
      '= help: ',
      '^^^^',
      'kfuncs explain KF012',
    ]) {
      expect(text).toContain(part)
    }
    expect(text.includes('\u001b[')).toBe(false)
    expect(renderPretty(rejected(), { colour: true })).toContain('\u001b[1;31merror[KF012]\u001b[0m')
  })

  test('pretty: stays within the width, lines of source aside', () => {
    for (const outcome of outcomes.values()) {
      for (const line of renderPretty(outcome, { width: 90 }).split('\n')) {
        if (!/^\s*=/.test(line) || /contract|program|accept/.test(line)) continue
        expect(line.length, line).toBeLessThanOrEqual(120)
      }
    }
  })

  test('json: one line, every key, in order', () => {
    for (const outcome of outcomes.values()) {
      const text = renderJson(outcome)
      expect(text).not.toContain('\n')
      expect(Object.keys(JSON.parse(text))).toEqual([
        'object',
        'program',
        'section',
        'type',
        'verdict',
        'message',
        'code',
        'source',
        'insn',
        'notes',
        'help',
        'insns_processed',
        'states',
        'time_us',
        'kfuncs',
        'warnings',
        'limit',
        'kernel',
        'title',
        'label',
        'rule',
        'edits',
        'size',
        'peak_states',
        'max_states_per_insn',
        'stack_depths',
        'expected',
        'known',
      ])
    }
    const line = JSON.parse(renderJson(rejected()))
    expect(line).toMatchObject({
      verdict: 'reject',
      code: 'KF012',
      message: 'Possibly NULL pointer passed to trusted arg0',
      type: 'tracing',
    })
    expect(line.source.file).toMatch(/task\.bpf\.c$/)
    expect(Object.keys(line.notes[0])).toEqual(['label', 'insn', 'source'])
  })

  test('json: docs/output.md lists the keys, in order', () => {
    const table = /## JSON([\s\S]*?)\n## /.exec(readFileSync('docs/output.md', 'utf8'))![1]!
    const keys = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key)
    expect(keys).toEqual(Object.keys(JSON.parse(renderJson(rejected()))))
  })

  test('github: one command a line, newlines and colons escaped', () => {
    const text = renderGithub(rejected())
    expect(text).toMatch(/^::error file=[^:]*task\.bpf\.c,line=\d+,col=\d+,title=KF012%3A the argument may be NULL::/)
    expect(text.split('\n')).toHaveLength(1)
    expect(renderGithub({ ...rejected(), diagnostic: undefined, verdict: 'accept', warnings: ['100% a,b:c'] })).toBe(
      '::warning title=task_rcu_read_unchecked::100%25 a,b:c',
    )
  })

  test('sarif: 2.1.0, rules by index, positive places', () => {
    const all = [...outcomes.values()]
    const log = JSON.parse(renderSarif(all, '1.2.3'))
    expect(log.version).toBe('2.1.0')
    const [run] = log.runs
    const { rules } = run.tool.driver
    expect(run.results).toHaveLength(all.filter(({ diagnostic }) => diagnostic !== undefined).length)
    for (const result of run.results) {
      expect(rules[result.ruleIndex].id).toBe(result.ruleId)
      expect(result.message.text).not.toBe('')
      const { region, artifactLocation } = result.locations[0].physicalLocation
      expect(artifactLocation.uri).not.toMatch(/[ \\]/)
      if (region !== undefined) expect(region.startLine).toBeGreaterThan(0)
    }
  })

  test('log: the message and the footer', () => {
    const log = renderLog(rejected().report!)
    expect(log).toMatch(
      /Possibly NULL pointer passed to trusted arg0\nprocessed \d+ insns \(limit 1000000\) max_states_per_insn \d+ total_states \d+ peak_states \d+ mark_read 0\n$/,
    )
  })
})
