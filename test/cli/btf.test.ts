// SPDX-License-Identifier: Apache-2.0
// kfuncs btf dump. That clang takes the C is asked by `node scripts/run.mjs conformance/btf-dump.ts`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandFile, run } from './command.ts'

const acquire = resolve('examples/03-flags/acquire.bpf.o')
const scratch = mkdtempSync(join(tmpdir(), 'kfuncs-btf-'))
beforeAll(() => commandFile(), 180_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test('an object’s types as C', () => {
  const { stdout, status } = run(['btf', 'dump', acquire])
  expect(status).toBe(0)
  expect(stdout).toMatch(/^struct task_struct \{$/m)
  expect(stdout).not.toContain('__VMLINUX_H__')
})

test('one type with what it needs, a function', () => {
  const { stdout } = run(['btf', 'dump', '6.12', '--type', 'struct hlist_head', '-t', 'bpf_task_acquire'])
  expect(stdout.trim().split(/\n\n/)).toEqual([
    'struct hlist_node;',
    'struct hlist_head {\n\tstruct hlist_node *first;\n};',
    'struct task_struct *bpf_task_acquire(struct task_struct *p);',
  ])
})

test('a kernel’s types are a header that programs relocate by', () => {
  const file = join(scratch, 'vmlinux.h')
  expect(run(['btf', 'dump', '6.12', '-o', file])).toMatchObject({ status: 0, stdout: '' })
  const text = readFileSync(file, 'utf8')
  expect(text).toMatch(/^#ifndef __VMLINUX_H__\n[\s\S]*preserve_access_index[\s\S]*#endif \/\* __VMLINUX_H__ \*\/\n$/)
  expect(text).toMatch(/^struct task_struct \{$/m)
})

test('as JSON, a line a type', () => {
  const { stdout } = run(['btf', 'dump', '6.12', '--format', 'json', '-t', 'list_head'])
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'struct',
    name: 'list_head',
    size: 16,
    members: [{ name: 'next' }, {}],
  })
  const lines = run(['btf', 'dump', acquire, '-f', 'json']).stdout.trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual(lines.map((_, i) => i + 1))
})

test.for([
  [['6.12', '-t', 'task_strct'], 'no type task_strct — did you mean task_struct?'],
  [['6.12', '-t', 'enum task_struct'], 'no type enum task_struct'],
  [['nope.o'], 'no such file'],
  [[resolve('README.md')], 'kfuncs: '],
] as const)('%j is told, status 2', ([args, words]) => {
  const { status, stderr } = run(['btf', 'dump', ...args])
  expect([status, stderr]).toMatchObject([2, expect.stringContaining(words)])
})
