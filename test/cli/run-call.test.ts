// SPDX-License-Identifier: Apache-2.0
// kfuncs run of programs that the kernel has no test run for: --args, --returned, --ctx.
import { describe, expect, test } from 'vitest'
import { runHere } from './here.ts'

const hooks = 'test/runtime/programs/hooks.bpf.o'
const told = async (...args: readonly string[]): Promise<string> => {
  const { status, out, err } = await runHere('run', hooks, '--prog', ...args)
  return `${status}: ${out}${err}`
}

test('arguments of a kprobe: numbers, text', async () => {
  const said = await told('kprobe', '--args', '[7, "/etc/passwd", "0xffffffffffffffff"]')
  expect(said).toMatch(/^0: kprobe: 0\n/)
  expect(said).toContain('seen[0]: 0 → 7')
  expect(said).toContain('seen[1]: 0 → 18446744073709551615')
  expect(said).toContain('text: "" → "/etc/passwd"')
})

test('what is left out is 0', async () => {
  expect(await told('kprobe')).toBe('0: kprobe: 0\n')
  expect(await told('kretprobe', '--returned', '-2')).toContain('seen[0]: 0 → 18446744073709551614')
})

test('a tracepoint’s record by its fields', async () => {
  const said = await told('tracepoint', '--ctx', '{"id": 257, "args": [5, "0x7fff0000"]}')
  expect(said).toContain('seen[0]: 0 → 257')
  expect(said).toContain(`seen[1]: 0 → ${0x7fff0000}`)
  expect(await told('tracepoint', '--ctx', '{"nope": 1}')).toMatch(/^2: .*struct trace_event_raw_sys_enter has no nope/)
})

test('objects of the kernel’s', async () => {
  const said = await told('tp_btf', '--args', '[{"task": {"pid": 42, "comm": "sshd"}}, 41]')
  expect(said).toContain('seen[0]: 0 → 42')
  expect(said).toContain('seen[1]: 0 → 41')
})

test('an LSM hook refuses, as it would a process', async () => {
  const asked = ['lsm', '--args', '[{"struct": "vm_area_struct", "vm_start": 4096}, 0, 4]']
  expect(await told(...asked)).toBe('0: lsm: -1\n')
  expect(await told(...asked, '--returned', '-13')).toBe('0: lsm: -13\n')
  const other = '[{"struct": "vm_area_struct", "vm_start": 8192}, 0, 4]'
  expect(await told('lsm', '--args', other)).toBe('0: lsm: 0\n')
})

test('a program on one of the kernel’s test functions runs as the kernel runs it, unless arguments are given', async () => {
  expect(await told('fexit')).toContain('seen[4]: 0 → 15')
  expect(await told('fexit', '--args', '[1, 2, 3]', '--returned', '6')).toContain('seen[4]: 0 → 6')
})

test.for([
  ['--args', '{"a": 1}', 'expected a list'],
  ['--args', '[', '--args is not JSON'],
  ['--args', '[1.5]', 'or an object, not 1.5'],
  ['--args', '[{"constructor": 1}]', 'argument 0: numbers, text'],
  ['--args', '[{"struct": "nothing_like_it"}]', 'this kernel has no struct nothing_like_it'],
  ['--args', '[{"struct": "sock", "nope": 1}]', 'this kernel has no sock.nope'],
  ['--args', '[{"task": {"name": "x"}}]', 'a task has pid'],
  ['--args', '[{"task": 5}]', 'or an object, not 5'],
  ['--args', '[{"bytes": "0"}]', 'two hexadecimal digits for each byte'],
  ['--returned', '[]', 'or an object, not []'],
  ['--data', '00', '--data: programs in kprobe/do_unlinkat are called'],
  ['--repeat', '2', '--repeat: programs in kprobe/do_unlinkat are called'],
] as const)('%s %s: status 2, and why', async ([option, value, words]) => {
  const said = await told('kprobe', option, value)
  expect(said).toMatch(/^2: /)
  expect(said).toContain(words)
})

test('as JSON', async () => {
  const { out } = await runHere('run', hooks, '--prog', 'kprobe', '--args', '[7]', '--format', 'json')
  expect(JSON.parse(out)).toMatchObject({ program: 'kprobe', retval: 0, name: null, overridden: null, ctx: null })
})

describe('programs on sockets', () => {
  const sockets = async (prog: string, ...more: string[]) =>
    runHere('run', 'test/runtime/programs/sockets.bpf.o', '--prog', prog, ...more)

  test('what became of their context, of what it is about, and where it was sent', async () => {
    const address = '{"user_family": 2, "type": 1, "protocol": 6, "user_ip4": "10.0.0.9", "user_port": "htons(80)"}'
    expect((await sockets('connects', '--ctx', address)).out).toBe(
      'connects: 1\n  ctx->user_ip4: 150994954 → 117440522\n  ctx->user_port: 20480 → 36895\n',
    )
    expect((await sockets('messages', '--data', '616263646566')).out).toBe(
      'messages: SK_DROP (0)\n  ctx->size: 6 → 7\n  data: 616263646566 → 61000062436566\n',
    )
    expect((await sockets('creates')).out).toBe('creates: 1\n  ctx->mark: 0 → 5\n  ctx->priority: 0 → 3\n')
    const value = ['--ctx', '{"level": 1, "optname": 7}', '--data', '00020000']
    expect((await sockets('sets', ...value)).out).toBe('sets: 1\n  data: 00020000 → 00040000\n')
  })
  test('the socket that is given', async () => {
    const ends = '{"local": "10.0.0.1:8080", "remote": "10.0.0.2:4000"}'
    const { out } = await sockets(
      'operations',
      '--ctx',
      '{"op": 4, "snd_cwnd": 10}',
      '--socket',
      ends,
      '--format',
      'json',
    )
    expect(JSON.parse(out)).toMatchObject({
      retval: 1,
      changes: [{ what: 'by_index[00000000]' }, { what: 'by_port[901f0000]' }],
    })
  })
  test.for([
    ['[]', 'expected an object'],
    ['{"local": "x"}', "--socket: 'x' is not an end of a connection"],
    ['{"local": 1}', 'local: expected text, not 1'],
    ['{"protocol": "sctp"}', 'protocol sctp: expected tcp or udp'],
    ['{"state": "open"}', 'no state open of a socket'],
    ['{"sk_colour": 1}', 'this kernel has no sock.sk_colour'],
  ] as const)('--socket %s', async ([socket, words]) => {
    const { status, err } = await sockets('creates', '--socket', socket)
    expect([status, err]).toEqual([2, expect.stringContaining(words)])
  })
})
