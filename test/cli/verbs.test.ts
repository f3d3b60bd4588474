// SPDX-License-Identifier: Apache-2.0
// show, list, disasm and explain: as data, and to be read.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import uses from '../../src/cli/kfunc-uses.json' with { type: 'json' }
import { plainC } from '../../scripts/plain-c.ts'
import { commandFile, jsonLines, run } from './command.ts'

const acquire = resolve('examples/03-flags/acquire.bpf.o')
let file = ''
beforeAll(async () => {
  file = await commandFile()
}, 180_000)

const json = (...args: readonly string[]): readonly Record<string, unknown>[] =>
  jsonLines(run([...args, '--format', 'json']).stdout)

describe('JSON', () => {
  const documented = new Map(
    [...readFileSync('docs/output.md', 'utf8').matchAll(/^\| `(show|list|disasm|explain)` \| (.*) \|$/gm)].map(
      ([, verb, keys]) => [verb!, [...keys!.replaceAll(/\([^)]*\)/g, '').matchAll(/`(\w+)`/g)].map(([, key]) => key)],
    ),
  )
  test.for([
    ['show', 'bpf_task_acquire'],
    ['list', 'task'],
    ['disasm', acquire],
    ['explain', 'KF012'],
  ] as const)('%s: the keys that docs/output.md lists, in order', ([verb, what]) => {
    const rows = json(verb, what)
    expect(rows).not.toHaveLength(0)
    for (const row of rows) expect(Object.keys(row)).toEqual(documented.get(verb))
  })

  test('show', () => {
    const [shown] = json('show', 'bpf_task_acquire')
    expect(shown).toMatchObject({
      name: 'bpf_task_acquire',
      module: null,
      prototype: 'struct task_struct *bpf_task_acquire(struct task_struct *p)',
      params: [{ name: 'p', type: 'struct task_struct *' }],
      flags: expect.arrayContaining([{ name: 'KF_ACQUIRE', words: expect.any(String) }]),
      partners: ['bpf_task_release'],
      deprecated: null,
    })
  })
  test('list', () => {
    const rows = json('list', 'bpf_task_')
    expect(rows.length).toBeGreaterThan(2)
    expect(rows.find(({ name }) => name === 'bpf_task_from_pid')).toMatchObject({
      prototype: 'struct task_struct *bpf_task_from_pid(s32 pid)',
      flags: ['KF_ACQUIRE', 'KF_RET_NULL'],
    })
  })
  test('disasm: every instruction, its line, the function that begins', () => {
    const rows = json('disasm', acquire) as unknown as readonly {
      program: string
      fault: null
      insns: { insn: number; text: string; source: { line: number } | null; function: string | null }[]
    }[]
    const leak = rows.find(({ program }) => program === 'acquire_leak')!
    expect(leak.insns[0]).toMatchObject({ insn: 0, function: 'acquire_leak' })
    expect(leak.insns.some(({ text }) => text.includes('call bpf_task_acquire'))).toBe(true)
    expect(leak.insns.every(({ source }) => source !== null)).toBe(true)
  })
  test('disasm of what cannot be linked', () => {
    const missing = resolve('test/fixtures/object/missing.bpf.o')
    const ran = run(['disasm', '--format', 'json', missing])
    expect(ran.status).toBe(2)
    for (const line of ran.stdout.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ object: missing, fault: expect.any(String), insns: [] })
  })
  test('explain: one code, or all of them', () => {
    expect(json('explain', '12')).toMatchObject([{ code: 'KF012', rejected: { program: expect.any(String) } }])
    expect(json('explain').length).toBeGreaterThan(40)
    expect(run(['explain', '--format', 'json', 'KF999'])).toMatchObject({ status: 2, stdout: '' })
  })
})

describe('list', () => {
  test.for([80, 100, 40])('fits a terminal of %i columns', (columns) => {
    if (spawnSync('sh', ['-c', 'command -v script']).status !== 0) return
    const line = `stty cols ${columns}; ${process.execPath} ${file} list`
    const { stdout } = spawnSync('sh', ['-c', `script -qec '${line}' /dev/null`], { encoding: 'utf8' })
    const lines = stdout.split(/\r?\n/)
    expect(lines.length).toBeGreaterThan(160)
    expect(Math.max(...lines.map((one) => one.length))).toBeLessThanOrEqual(columns)
    expect(lines.some((one) => one.includes('bpf_task_acquire'))).toBe(true)
  })
  test('elsewhere a line a kfunc', () => {
    const lines = run(['list']).stdout.trim().split('\n')
    for (const line of lines) expect(line).toMatch(/^\w+ +\S/)
  })
})

describe('show', () => {
  test('__ign is told as it is: filled in for what the verifier knows by name, not looked at elsewhere', () => {
    expect(run(['show', 'bpf_obj_new_impl']).stdout).toMatch(
      /meta__ign {2,}not checked: the verifier puts a pointer of its own there/,
    )
    expect(run(['show', 'bpf_list_push_back_impl']).stdout).toMatch(
      /off {2,}not checked: the verifier puts the node’s offset there/,
    )
    const copied = run(['show', 'bpf_copy_from_user_str']).stdout
    expect(copied).toMatch(/unsafe_ptr__ign {2,}not checked: whatever the program passes reaches the kfunc/)
    expect(run(['show', '-k', '7.3', 'bpf_strcasestr']).stdout).not.toContain('NULL, NULL')
  })
  test('uses are plain C: no macro of ours, tabs as they are', () => {
    const header = readFileSync('examples/include/example.h', 'utf8')
    const macros = [...header.matchAll(/^#define (\w+)\(/gm)].map(([, name]) => name!)
    expect(macros).toContain('new_object')
    for (const [name, { text }] of Object.entries(uses))
      for (const macro of macros) expect(text, name).not.toMatch(new RegExp(`\\b${macro}\\(`))
    expect(run(['show', 'bpf_obj_new_impl']).stdout).toMatch(/^ {4}\tstruct item \*p = /m)
  })
  test('macros written out', () => {
    const header =
      '#define twice(x) ((x) + (x))\n#define tagged(name, x) tag("n:" #name ":" #x) x\n#define four(x) twice(twice(x))\n'
    expect(plainC('a = twice(f(1, 2));', header)).toBe('a = ((f(1, 2)) + (f(1, 2)));')
    expect(plainC('tagged(x, name);', header)).toBe('tag("n:x:name") name;')
    expect(plainC('four(1)', header)).toBe('((((1) + (1))) + (((1) + (1))))')
    expect(plainC('twice(1, 2) thrice(1)', header)).toBe('twice(1, 2) thrice(1)')
  })
})
