// SPDX-License-Identifier: Apache-2.0
// kfuncs run: options that do not go together, contexts of socket buffers.
import { describe, expect, test } from 'vitest'
import { runHere } from './here.ts'

const run = (...args: readonly string[]) => runHere('run', ...args)
const [skb, guard] = ['test/runtime/programs/sends.bpf.o', 'examples/testing/guard.bpf.o']

describe('contexts of socket buffers', () => {
  const marks = ['test/runtime/programs/repeat.bpf.o', '--prog', 'mark']
  test('changes are told as JSON, as text', async () => {
    const { status, out } = await run(...marks, '--format', 'json', '--ctx', '{"mark": 5}')
    expect(status).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ context: [{ field: 'mark', from: '5', to: '6' }] })
  })

  test('of a context that is cut short the rest is zero', async () => {
    expect((await run(...marks, '--ctx', '00')).out).toContain('skb->mark: 0 → 1')
  })

  test('a field that cannot be given is named', async () => {
    const { status, err } = await run(...marks, '--ctx', '{"len": 5}')
    expect(status).toBe(1)
    expect(err).toContain("the context's len cannot be given (EINVAL)")
  })
})

describe('packets as arguments', () => {
  const hook = ['test/runtime/programs/hooks.bpf.o', '--prog', 'packet_seen', '--args']
  const frame = `${'00'.repeat(12)}0800${'45'.padEnd(92, '0')}`
  test('a frame, and fields of struct sk_buff', async () => {
    const { status, out } = await run(...hook, JSON.stringify([{ skb: frame, mark: 7 }]))
    expect(status).toBe(0)
    expect(out).toMatch(/seen\[0\]: 0 → 46\n.*seen\[1\]: 0 → 7\n.*seen\[2\]: 0 → 2048\n/)
  })
  test.for([
    [{ skb: 'zz' }, 'two hexadecimal digits for each byte'],
    [{ skb: '00' }, '--args: argument 0: a packet is a Uint8Array of an Ethernet frame: 14 bytes at least'],
    [{ skb: frame, nope: 1 }, '--args: argument 0: this kernel has no sk_buff.nope'],
  ] as const)('%o is none', async ([value, words]) => {
    const { status, err } = await run(...hook, JSON.stringify([value]))
    expect(err).toContain(words)
    expect(status).toBe(2)
  })
})

describe('what does not go together is wrong usage', () => {
  test.for([
    [[guard, '--memory', '00'], '--memory goes with --raw'],
    [[guard, '--interpret'], '--interpret goes with --raw'],
    [[guard, '--max-insns', '5'], '--max-insns goes with --raw'],
    [['--raw', skb, '--data', '00'], '--data is of objects: --raw runs bare instructions'],
    [['--raw', skb, '--set', 'a=1'], '--set is of objects'],
    [['--raw', skb, '--sanitize'], '--sanitize is of objects'],
    [['--raw', skb, '--path-map', 'a=b'], '--path-map is of objects'],
    [[guard, '--cpu', '8192'], 'must be less than 8192'],
  ] as const)('%o', async ([args, words]) => {
    const { status, err } = await run(...args)
    expect(err).toContain(words)
    expect(status).toBe(2)
  })
})
