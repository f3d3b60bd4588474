// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { excerpt } from '../../scripts/excerpt.ts'
import { plainC } from '../../scripts/plain-c.ts'
import { check } from '../../src/check.ts'
import uses from '../../src/cli/kfunc-uses.json' with { type: 'json' }
import { openKernel } from '../../src/kernel/index.ts'
import { temporaryFolder } from './folder.ts'
import { runHere as run } from './here.ts'

const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
const acquire = example('03-flags/acquire.bpf.o')

const folder = temporaryFolder()
const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('exit status', () => {
  test.for([
    ['0 where all is accepted', ['check', '--prog', 'acquire_release', acquire], 0],
    ['1 where a program is rejected', ['check', acquire], 1],
    ['2 for no such file', ['check', 'no-such-file.bpf.o'], 2],
    ['2 for a file that is no object', ['check', fileURLToPath(import.meta.url)], 2],
    ['2 for a program that is not in the object', ['check', '--prog', 'nope', acquire], 2],
    ['2 for an unknown option', ['check', '--nope', acquire], 2],
    ['2 for an unknown verb', ['chek', acquire], 2],
    ['2 for no object', ['check'], 2],
    ['2 for a kernel we do not have', ['check', '--kernel', '9.99', acquire], 2],
    ['2 for an unknown program type', ['check', '--type', 'nope', acquire], 2],
    ['2 for an unknown format', ['check', '--format', 'nope', acquire], 2],
    ['2 for no jobs', ['check', '--jobs', '0', acquire], 2],
    ['0 for help', ['--help'], 0],
    ['0 for the version', ['--version'], 0],
  ] as const)('%s', async ([, args, status]) => {
    const ran = await run(...args)
    expect(ran.status).toBe(status)
    if (status === 2) expect(ran.err).not.toBe('')
  })
})

test('one unreadable object does not keep the others from being judged', async () => {
  const { status, out, err } = await run('check', '--format', 'json', 'no-such-file.bpf.o', acquire)
  expect(status).toBe(2)
  expect(err).toContain('no-such-file.bpf.o: no such file')
  const rows = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(rows).toHaveLength(7)
  expect(rows[0]).toMatchObject({ object: 'no-such-file.bpf.o', program: null, verdict: 'open_error' })
  expect(Object.keys(rows[0]!)).toEqual(Object.keys(rows[1]!))
})

test('a name that is no UTF-8 is told as that', async () => {
  const { status, err } = await run('check', 'a\ufffd.bpf.o')
  expect(status).toBe(2)
  expect(err).toContain('its name is not UTF-8')
})

test('json: one line a program, with the fields that are promised', async () => {
  const { out } = await run('check', '--format', 'json', acquire)
  const rows = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(rows.map((row) => row.verdict)).toContain('reject')
  for (const row of rows) {
    for (const field of [
      'object',
      'program',
      'section',
      'type',
      'verdict',
      'insns_processed',
      'states',
      'time_us',
      'kfuncs',
      'warnings',
    ]) {
      expect(row).toHaveProperty(field)
    }
    if (row.verdict !== 'reject') continue
    for (const field of ['message', 'code', 'source', 'insn', 'notes', 'help']) expect(row).toHaveProperty(field)
    expect(row.message).toMatch(/^Unreleased reference/)
  }
})

test('the pretty format has the kernel’s words and no colour away from a terminal', async () => {
  const { out } = await run('check', '--prog', 'acquire_leak', acquire)
  expect(out).toContain('Unreleased reference id=')
  expect(out).not.toContain('\x1b[')
})

test('the version is the package’s', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect((await run('--version')).out.trim()).toBe(version)
})

test('sarif is one document', async () => {
  const { out } = await run('check', '--format', 'sarif', acquire)
  expect(JSON.parse(out)).toMatchObject({ version: '2.1.0' })
})

test('--log prints the kernel’s message and counts', async () => {
  const { out } = await run('check', '--log', '--prog', 'acquire_leak', acquire)
  expect(out).toMatch(/^Unreleased reference id=\d+/m)
  expect(out).toMatch(/^processed \d+ insns/m)
})

test('--log of a level that there is not says which there are', async () => {
  const { err, status } = await run('check', '--log', '3', acquire)
  expect(err).toContain("argument '3' is invalid. must be 1 or 2")
  expect(status).toBe(2)
})

test('--log prints every instruction of the path with the registers it leaves', async () => {
  const { out } = await run('check', '--log', '--prog', 'acquire_leak', acquire)
  expect(out).toMatch(
    /^1: \(85\) call bpf_task_acquire#\d+ +; R0_w=ptr_or_null_task_struct\(id=\d+,ref_obj_id=\d+\) refs=\d+$/m,
  )
})

test('disasm has C lines, kfunc names and map names', async () => {
  const { status, out } = await run('disasm', acquire)
  expect(status).toBe(0)
  expect(out).toMatch(/^; .*bpf_task_acquire\(.* @ acquire\.bpf\.c:\d+$/m)
  expect(out).toContain('call bpf_task_acquire')
})

describe('show', () => {
  test('says what the contract is', async () => {
    const { status, out } = await run('show', 'bpf_task_acquire')
    expect(status).toBe(0)
    for (const text of [
      'struct task_struct *bpf_task_acquire(struct task_struct *p);',
      'KF_ACQUIRE',
      'bpf_task_release',
    ]) {
      expect(out).toContain(text)
    }
  })
  test('a program that the real kernel accepted, where examples/ has one', async () => {
    const { out } = await run('show', 'bpf_task_acquire')
    expect(out).toMatch(/\nUse \(\w+ of examples\/\S+\.bpf\.c, accepted by Linux 6\.12\)\n {4}SEC\(/)
  })
  test('every such program is accepted by the kernel and by us, calls the kfunc, and is what the file says', async () => {
    const { programs } = JSON.parse(readFileSync('examples/verdicts.json', 'utf8')) as {
      programs: { object: string; program: string; verdict: string }[]
    }
    const verdict = new Map(programs.map((row) => [`examples/${row.object} ${row.program}`, row.verdict]))
    const opened = await openKernel('6.12')
    if (!opened.ok) throw new Error(opened.fault.what)
    expect(Object.keys(uses).length).toBeGreaterThan(120)
    const header = readFileSync('examples/include/example.h', 'utf8')
    const checked = new Map<string, ReturnType<typeof check>>()
    for (const [name, { file, program, text }] of Object.entries(uses)) {
      const object = file.replace(/\.c$/, '.o')
      expect(verdict.get(`${object} ${program}`), name).toBe('accept')
      expect(text).toBe(plainC(excerpt(readFileSync(file, 'utf8'), program), header))
      if (!checked.has(object)) checked.set(object, check(readFileSync(object), opened.value))
      const all = checked.get(object)!
      const one = all.ok ? all.value.find((outcome) => outcome.program === program) : undefined
      expect(one?.verdict, name).toBe('accept')
      expect(one?.kfuncs, program).toContain(name)
    }
  })
  test('suggests a name near the one it has not', async () => {
    const { status, err } = await run('show', 'bpf_task_aquire')
    expect(status).toBe(2)
    expect(err).toContain('did you mean bpf_task_acquire?')
  })
})

test('list knows who may call', async () => {
  const all = (await run('list')).out.trim().split('\n')
  const xdp = (await run('list', '--type', 'xdp')).out.trim().split('\n')
  expect(all.length).toBeGreaterThan(xdp.length)
  expect(xdp.some((line) => line.startsWith('bpf_xdp_get_xfrm_state '))).toBe(true)
})

test('explain: every code has a long form', async () => {
  const { out } = await run('explain')
  const codes = out
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]!)
  expect(codes.length).toBeGreaterThan(10)
  const { status } = await run('explain', codes[0]!)
  expect(status).toBe(0)
  expect((await run('explain', 'KF999')).status).toBe(2)
})

describe('--module', () => {
  const module = {
    name: 'host',
    c: 'struct sk_buff;\n__bpf_kfunc int host_add(int a, int b);\n',
    register: { BPF_PROG_TYPE_SCHED_CLS: ['host_add'] },
  }
  test('declared as JSON', async () => {
    const { status, out } = await run('show', '--module', file('host.json', JSON.stringify(module)), 'host_add')
    expect(status).toBe(0)
    expect(out).toContain('module host')
  })
  test('declared in JavaScript', async () => {
    const path = file('host.mjs', `export default ${JSON.stringify(module)}`)
    expect((await run('show', '--module', path, 'host_add')).out).toContain('int host_add(int a, int b);')
  })
  test.for([
    ['a promise', 'export default Promise.resolve(M)'],
    ['a definition under a name of its own', 'export const ours = M'],
    ['what defineModule() gives', 'export const host = { ok: true, value: { unit: {}, definition: M } }'],
    ['one of several, by default', 'export const other = M\nexport default M'],
  ] as const)('exported as %s', async ([name, code]) => {
    const path = file(`${name.replaceAll(/\W/g, '_')}.mjs`, `const M = ${JSON.stringify(module)}\n${code}`)
    expect((await run('show', '--module', path, 'host_add')).out).toContain('int host_add(int a, int b);')
  })
  test.for([
    ['two that are no default', 'export const a = M\nexport const b = M', /more than one module: a, b/],
    ['none', 'export const a = 1', /it exports no module definition — export default/],
    ['a Result that failed', "export default { ok: false, fault: { what: 'not so', place: {} } }", /not so/],
  ] as const)('exported wrongly: %s', async ([name, code, words]) => {
    const path = file(`${name.replaceAll(/\W/g, '_')}.mjs`, `const M = ${JSON.stringify(module)}\n${code}`)
    const { status, err } = await run('show', '--module', path, 'host_add')
    expect(status).toBe(2)
    expect(err).toMatch(words)
  })
  test('a module that is hardly meant is warned of', async () => {
    const odd = { ...module, c: `struct c { int a; };\nstruct c *host_add(int a);`, flags: { host_add: 'KF_ACQUIRE' } }
    const { err } = await run('list', '--module', file('odd.json', JSON.stringify(odd)), 'host_add')
    expect(err).toMatch(/warning: host\.c:2: host_add acquires a struct c, and nothing releases one/)
  })
  test('a broken declaration is told with its place', async () => {
    const broken = { ...module, c: '__bpf_kfunc int host_add(void *mem);\n' }
    const { status, err } = await run('list', '--module', file('broken.json', JSON.stringify(broken)))
    expect(status).toBe(2)
    expect(err).toContain('host.c:1')
  })
})

describe('another kernel', () => {
  test('7.3 is bundled: its kfuncs are listed and shown', async () => {
    const listed = await run('list', '--kernel', '7.3', 'bpf_list_add')
    expect(listed.status).toBe(0)
    expect(listed.out).toContain('implicit_args')
    const shown = await run('show', '--kernel', '7.3', 'bpf_list_add')
    expect(shown.out).toContain('Linux 7.3.')
    expect(await run('show', 'bpf_list_add')).toMatchObject({ status: 2 })
  })

  test('a check by rules of another release warns', async () => {
    const gated = await run('check', '--kernel', '7.3', '--prog', 'acquire_release', acquire)
    const plain = await run('check', '--prog', 'acquire_release', acquire)
    expect(plain.err).not.toContain('warning')
    if (gated.err !== '') expect(gated.err).toContain('judged by the rules of 6.12')
  })
})
