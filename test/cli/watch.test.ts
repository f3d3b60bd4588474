// SPDX-License-Identifier: Apache-2.0
// check --watch: one run at first, one more after an object changes or appears.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandFile, run } from './command.ts'

const [acquire, rcu] = ['acquire', 'rcu'].map((name) => resolve(`examples/03-flags/${name}.bpf.o`)) as [string, string]
const scratch = mkdtempSync(join(tmpdir(), 'kfuncs-watch-'))
let file = ''
beforeAll(async () => {
  file = await commandFile()
}, 180_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test('a folder: what is replaced, and what appears', async () => {
  copyFileSync(acquire, join(scratch, 'a.bpf.o'))
  const child = spawn(process.execPath, [file, 'check', '--watch', '--format', 'table', scratch])
  let out = ''
  child.stdout.on('data', (part) => {
    out += String(part)
  })
  /** So many tables were printed. */
  const runs = async (count: number): Promise<void> => {
    while (out.split(/^\d+ programs: /m).length <= count) await new Promise((done) => setTimeout(done, 20))
  }
  try {
    await runs(1)
    expect(out).not.toContain('rcu_safe_field')
    copyFileSync(rcu, join(scratch, 'new'))
    renameSync(join(scratch, 'new'), join(scratch, 'a.bpf.o'))
    await runs(2)
    expect(out).toContain('rcu_safe_field')
    out = ''
    copyFileSync(acquire, join(scratch, 'b.bpf.o'))
    await runs(1)
    expect(out).toContain('acquire_leak')
    expect(child.exitCode).toBeNull()
  } finally {
    child.kill('SIGINT')
  }
}, 120_000)

test('standard input cannot be watched', () => {
  expect(run(['check', '--watch', '-'])).toMatchObject({ status: 2 })
})
