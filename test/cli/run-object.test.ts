// SPDX-License-Identifier: Apache-2.0
// kfuncs run OBJ: the result by name, what changed, and why not.
import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { tellContradiction } from '../../src/cli/run-sanitized.ts'
import { SanitizerError, type TestRunOptions } from '../../src/runtime/index.ts'
import { runHere as here } from './here.ts'

const packet = 'examples/18-memory/packet.bpf.o'
const memory = 'examples/18-memory/memory.bpf.o'

test('the result is told by name', async () => {
  expect(await here('run', packet, '--prog', 'header_checked')).toMatchObject({
    status: 0,
    out: 'header_checked: XDP_DROP (1)\n',
  })
  const other = await here('run', packet, '-p', 'header_checked', '--data', `${'09'.repeat(64)}`)
  expect(other.out).toBe('header_checked: XDP_PASS (2)\n')
})

test('what changed in maps is told', async () => {
  const { out } = await here('run', memory, '-p', 'count_in_map')
  expect(out).toBe('count_in_map: TC_ACT_OK (0)\n  values[0].count: 0 → 1\n')
})

test('values are told as their types read, parts that differ by name', async () => {
  const { out } = await here('run', 'test/runtime/programs/typed.bpf.o')
  expect(out.split('\n').slice(1, -1)).toEqual([
    '  flows[{ from: 1, to: 2 }]: (none) → { packets: 3, last: 0, mode: MODE_BUSY, name: "eth0", low: 0, high: 0, in: { port: 0 } }',
    '  counts[1]: 0 → 7',
    '  plain[00000000]: 00000000 → 34120000',
    '  total.packets: 0 → 1',
    '  total.last: 0 → -1',
    '  total.high: 0 → 9',
    '  total.in.port: 0 → 443',
    '  table[1]: 0 → -5',
    '  label: "" → "hi"',
    '  done: false → true',
  ])
})

test('JSON has all of it', async () => {
  const { out } = await here('run', packet, '-p', 'header_checked', '--format', 'json')
  expect(JSON.parse(out)).toMatchObject({
    program: 'header_checked',
    retval: 1,
    name: 'XDP_DROP',
    data: '00'.repeat(64),
  })
})

describe('what became of a packet is told from the header on that the program sees first', () => {
  const headers = 'test/runtime/programs/headers.bpf.o'
  const ip = `450000280001000040060000${'0a000001'}${'0a000002'}1f900050${'00'.repeat(16)}`
  const frame = `${'aa'.repeat(6)}${'bb'.repeat(6)}0800${ip}`
  const lines = async (program: string, ...more: string[]): Promise<readonly string[]> =>
    (await here('run', headers, '-p', program, '--data', frame, ...more)).out.split('\n').slice(0, -1)

  test('the Ethernet header', async () => {
    expect(await lines('from_ethernet')).toEqual([
      'from_ethernet: TC_ACT_OK (0)',
      '  packet: 54 bytes, changed:',
      '    ipv4.ttl: 40 → 3f',
      '    ipv4.dst: 0a000002 → 0a000007',
    ])
  })
  test('the network header', async () => {
    expect(await lines('from_network')).toEqual([
      'from_network: BPF_OK (0)',
      '  packet, without its Ethernet header: 40 bytes, changed:',
      '    ipv4.ttl: 40 → 3f',
      '    ipv4.dst: 0a000002 → 0a000007',
    ])
    expect(await lines('encapsulates')).toEqual([
      'encapsulates: BPF_OK (0)',
      '  packet, without its Ethernet header: 40 bytes → 44',
      `    before ${ip}`,
      `    after  00000000${ip}`,
    ])
    // JSON has what the kernel answers: zeros in the header's place
    expect(JSON.parse((await lines('looks', '--format', 'json'))[0]!)).toMatchObject({ data: '00'.repeat(14) + ip })
  })
  test('nothing where nothing changed', async () => {
    expect(await lines('looks')).toEqual(['looks: 1'])
    expect(await lines('filters')).toEqual(['filters: 40'])
  })
  test('of a flow dissector, which answers keys, those it has set', async () => {
    expect(await lines('dissects')).toEqual([
      'dissects: BPF_OK (0)',
      '  flow_keys->thoff: 14 → 34',
      '  flow_keys->ip_proto: 0 → 6',
      '  flow_keys->ipv4_src: 0.0.0.0 → 10.0.0.1',
    ])
  })
})

test('what is not accepted does not run, and why is told as check tells it', async () => {
  const { status, err } = await here('run', packet, '-p', 'header_unchecked')
  expect(status).toBe(1)
  expect(err).toContain('R1 offset is outside of the packet')
  expect(err).toContain('header_unchecked is not accepted, so it does not run')
})

test('sanitized, it runs the same', async () => {
  for (const args of [
    [packet, '--prog', 'header_checked'],
    [memory, '-p', 'count_in_map'],
  ])
    expect(await here('run', ...args, '--sanitize')).toEqual(await here('run', ...args))
})

test('what contradicts the facts is a bug of ours, told with the smallest input', () => {
  const contradiction = (input: TestRunOptions): SanitizerError =>
    new SanitizerError({
      kind: 'value',
      what: 'r0 before it',
      why: 'is 0x1 (1)',
      object: 'some.bpf.o',
      program: 'some',
      insn: 3,
      text: '(07) r0 += 1',
      registers: [1n],
      calls: [0],
      input,
    })
  let said = ''
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
  const status = tellContradiction(contradiction({ data: Uint8Array.from([1, 2, 3, 4]) }), (input) => {
    if (input.data?.[1] === 2) throw contradiction(input)
  })
  write.mockRestore()
  expect(status).toBe(3)
  expect(said).toContain('sanitizer: value: some, instruction 3: (07) r0 += 1')
  expect(said).toContain('data: 0002\n')
})

test.for<[string, string[], string]>([
  ['several programs and none named', [packet], 'which program? --prog NAME: header_checked'],
  ['a name that is nearly one', [packet, '-p', 'header_cheked'], 'did you mean header_checked'],
  ['data that is none', [packet, '-p', 'header_checked', '--data', 'xyz'], 'two hexadecimal digits for each byte'],
  [
    'a context without such a field',
    [memory, '-p', 'count_in_map', '--ctx', '{"marc": 1}'],
    'struct __sk_buff has no marc',
  ],
  [
    'a number that its field has no room for',
    [memory, '-p', 'count_in_map', '--ctx', '{"mark": "0x100000000"}'],
    '--ctx.mark: 4294967296 is out of range, which is 0 to 4294967295',
  ],
  ['a context that is not JSON', [memory, '-p', 'count_in_map', '--ctx', '{mark}'], '--ctx is not JSON'],
])('%s', async ([, args, words]) => {
  const { status, err } = await here('run', ...args)
  expect(status).toBe(2)
  expect(err).toContain(words)
})

test('a packet that is too short is refused as the kernel does', async () => {
  const { status, err } = await here('run', packet, '-p', 'header_checked', '--data', '0102')
  expect(status).toBe(1)
  expect(err).toContain('a packet of 14 bytes at least is needed (EINVAL)')
})

test('a syscall program’s argument by its fields, and what became of it', async () => {
  const counts = ['run', 'test/runtime/programs/unions.bpf.o', '-p', 'counts', '--ctx']
  const { out } = await here(...counts, '{"count": 7, "many": 2, "from": {"v4": 1}}')
  const address = (first: string): string => `${first}${'00'.repeat(15)}`
  expect(out).toBe(`counts: 2\n  ctx.count: 7 → 8\n  ctx.from: ${address('01')} → ${address('03')}\n`)
  const { context } = JSON.parse((await here(...counts, '{}', '--format', 'json')).out) as { context: unknown[] }
  expect(context[0]).toEqual({ field: 'count', from: '0', to: '1' })
  // longer than the struct, shorter than it
  expect((await here(...counts, '00'.repeat(28))).out).toContain('ctx.count: 0 → 1\n')
  expect((await here(...counts, '00'.repeat(23))).out).toMatch(/^counts: 0\n {2}ctx: 00{45} → 01/)
  expect((await here(...counts, '{"counts": 7}')).err).toContain('--ctx: struct counted has no counts')
})

test('a module of one’s own, with bodies', async () => {
  const gateway = ['--module', 'examples/apps/rate-limiter/gateway.ts', 'examples/apps/rate-limiter/limiter.bpf.o']
  const ctx = `01${'00'.repeat(39)}`
  expect((await here('run', ...gateway, '-p', 'by_cost', '--ctx', ctx)).out).toBe('by_cost: 200\n')
  expect((await here('run', ...gateway, '-p', 'by_cost', '--ctx', `09${'00'.repeat(39)}`)).out).toBe('by_cost: 401\n')
  // what a map holds in the end is told with the call that took it
  const source = readFileSync('examples/apps/rate-limiter/limiter.bpf.c', 'utf8').split('\n')
  const turns = await here('run', ...gateway, '-p', 'by_turns', '--ctx', ctx)
  const [, line] =
    /held: struct session, taken at \.\/apps\/rate-limiter\/limiter\.bpf\.c:(\d+)\n/.exec(turns.out) ?? []
  expect(source[Number(line) - 1]).toContain('session_find(')
  const json = await here('run', ...gateway, '-p', 'by_turns', '--ctx', ctx, '--format', 'json')
  expect(JSON.parse(json.out)).toMatchObject({
    held: [{ struct: 'session', taken: [`./apps/rate-limiter/limiter.bpf.c:${line}`] }],
  })
  // its kfunc waits for billing
  expect((await here('run', ...gateway, '-p', 'by_plan', '--ctx', ctx)).out).toBe('by_plan: 200\n')
})
