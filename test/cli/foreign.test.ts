// SPDX-License-Identifier: Apache-2.0
// Modules that misbehave: never status 0 without verdicts, never a crash, never for ever.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandFile } from './command.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kfuncs-foreign-'))
const object = resolve('examples/03-flags/acquire.bpf.o')

let command = ''
beforeAll(async () => {
  command = await commandFile()
}, 180_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const good = `{ name: 'm', c: 'void f(int a);', register: { BPF_PROG_TYPE_XDP: ['f'] } }`

describe('a module that', () => {
  test.for([
    ['ends the process well', 'process.exit(0)', 2, /ended before all was judged/],
    ['ends it later', `process.nextTick(() => process.exit(0)); await new Promise(() => {})`, 2, /ended before/],
    ['never settles', 'await new Promise(() => {})', 2, /not loaded after 10 s/],
    ['throws', `throw new Error('no\\u001b[31m')`, 2, /: no\\x1b\[31m$/m],
    ['throws nothing', 'throw undefined', 2, /host\.mjs: undefined/],
    ['throws what has no text', 'throw { toString() { throw 1 } }', 2, /no text/],
    ['is null', 'export default null', 2, /no module definition/],
    ['is a string', `export default 'x'`, 2, /no module definition/],
    ['has getters that throw', `export default { ...${good}, get flags() { throw new Error('mine') } }`, 2, /mine/],
    ['is a proxy', `export default new Proxy(${good}, { ownKeys() { throw new Error('mine') } })`, 2, /mine/],
    [
      'has another name each time',
      `let n = 0; export default { ...${good}, get name() { return 'm' + n++ } }`,
      1,
      /^$/,
    ],
    ['registers a number', `export default { ...${good}, register: { BPF_PROG_TYPE_XDP: 1 } }`, 2, /must be a list/],
    ['is symbols', `export default { ...${good}, name: Symbol('x') }`, 2, /name must be a string/],
    ['keeps running', `setInterval(() => {}, 1000); export default ${good}`, 1, /^$/],
    ['writes over our status', `process.exitCode = 0; export default ${good}`, 1, /^$/],
  ] as const)('%s', ([, text, wanted, words]) => {
    const host = join(scratch, 'host.mjs')
    writeFileSync(host, text)
    const { status, stderr } = spawnSync(process.execPath, [command, 'check', '--module', host, object], {
      encoding: 'utf8',
      timeout: 120_000,
    })
    expect(stderr).toMatch(words)
    expect(status).toBe(wanted)
  })
})
