// SPDX-License-Identifier: Apache-2.0
// kfuncs run --data FILE.pcap, --trace, --coverage; kfuncs test --coverage.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { datagram } from '../../examples/testing/packets.js'
import { readCapture } from '../../src/cli/pcap.ts'
import { temporaryFolder } from './folder.ts'
import { runHere } from './here.ts'

const folder = temporaryFolder()
const guard = 'examples/testing/guard.bpf.o'
const file = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

interface Form {
  readonly little?: boolean
  readonly link?: number
  readonly magic?: number
}
const words = (little: boolean, ...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(4 * values.length)
  values.forEach((value, i) => new DataView(bytes.buffer).setUint32(4 * i, value, little))
  return bytes
}
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))

function pcap(packets: readonly Uint8Array[], { little = true, link = 1, magic = 0xa1b2c3d4 }: Form = {}): Uint8Array {
  const head = words(little, magic, 0x0004_0002, 0, 0, 65535, link)
  return joined(head, ...packets.flatMap((data) => [words(little, 1, 2, data.length, data.length + 1), data]))
}

function pcapng(packets: readonly Uint8Array[], { little = true, link = 1 }: Form = {}): Uint8Array {
  const block = (type: number, body: Uint8Array): Uint8Array => {
    const padded = joined(body, new Uint8Array(-body.length & 3))
    return joined(words(little, type, 12 + padded.length), padded, words(little, 12 + padded.length))
  }
  const linkWord = little ? link : link << 16
  return joined(
    block(0x0a0d0d0a, words(little, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff)),
    block(1, words(little, linkWord, 65535)),
    block(5, words(little, 1, 2)),
    ...packets.map((data) => block(6, joined(words(little, 0, 0, 0, data.length, data.length), data))),
    block(3, joined(words(little, packets[0]!.length), packets[0]!)),
  )
}

const two = [datagram({ port: 7 }), datagram({ port: 53, payload: 5 })]

describe('captures', () => {
  test.for<[string, Uint8Array]>([
    ['pcap', pcap(two)],
    ['pcap, big-endian, nanoseconds', pcap(two, { little: false, magic: 0xa1b23c4d })],
    ['pcapng', pcapng(two)],
    ['pcapng, big-endian', pcapng(two, { little: false })],
  ])('%s', ([, bytes]) => {
    const read = readCapture(bytes)
    expect(read.ok && read.value.slice(0, 2).map(({ data }) => Uint8Array.from(data))).toEqual(two)
  })
  test('IP packets get an Ethernet header', () => {
    const read = readCapture(pcap([two[0]!.subarray(14)], { link: 101 }))
    expect(read.ok && read.value[0]!.data).toEqual(two[0])
  })
  test.for<[string, Uint8Array, string]>([
    ['another link type', pcap(two, { link: 105 }), 'link type 105'],
    ['half a packet', pcap(two).subarray(0, 80), 'packet 1 ends beyond the file'],
    ['half a header', pcap(two).subarray(0, 20), 'ends within its header'],
    ['half a block', pcapng(two).subarray(0, 130), 'does not fit into the file'],
  ])('%s is told of', ([, bytes, told]) => {
    const read = readCapture(bytes)
    expect(read.ok ? '' : read.fault.what).toContain(told)
  })
  test('cut or changed anywhere, a capture is read or is a fault', () => {
    for (const whole of [pcap(two), pcapng(two)])
      for (let at = 0; at < whole.length; at++) {
        expect(readCapture(whole.subarray(0, at)).ok).toBeTypeOf('boolean')
        const changed = Uint8Array.from(whole)
        changed[at] = 0xff
        expect(readCapture(changed).ok).toBeTypeOf('boolean')
      }
  })
  test('a run a packet, and how often which verdict came', async () => {
    const capture = file('a.pcap', pcap([...two, new Uint8Array(10)]))
    const { status, out } = await runHere('run', guard, '--data', capture)
    expect(status).toBe(1)
    expect(out).toBe(`packet 1, 46 of 47 bytes: XDP_PASS (2)
packet 2, 47 of 48 bytes: XDP_PASS (2)
packet 3, 10 of 11 bytes: not run: a packet of 14 bytes at least is needed (EINVAL)
guard: 3 packets: 2 XDP_PASS (2), 1 not run
  seen: 0 → 2
`)
    const json = await runHere('run', guard, '--data', `@${file('b.bin', pcapng(two))}`, '--format', 'json')
    const lines = json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines[0]).toMatchObject({ packet: 1, length: 46, retval: 2, name: 'XDP_PASS' })
    expect(lines.at(-1)).toMatchObject({ program: 'guard', packets: 3, verdicts: { 'XDP_PASS (2)': 3 } })
  })
  test.for<[string, string[], string]>([
    ['a file that is not there', ['--data', 'nowhere.pcap'], 'nowhere.pcap: no such file'],
    ['repeated', ['--data', file('c.pcap', pcap(two)), '--repeat', '2'], 'a capture is run packet by packet'],
    ['broken', ['--data', file('d.pcap', pcap(two).subarray(0, 60))], 'packet 1 ends beyond the file'],
  ])('%s', async ([, args, told]) => {
    const { status, err } = await runHere('run', guard, ...args)
    expect(status).toBe(2)
    expect(err).toContain(told)
  })
})

test('--trace tells each instruction under its line, with what it changed', async () => {
  const { status, out, err } = await runHere('run', 'examples/testing/tagged.bpf.o', '-p', 'sees_the_packet', '--trace')
  expect(status).toBe(0)
  expect(out).toBe('sees_the_packet: 64\n')
  expect(err).toBe(`; return skb->len; @ ./testing/tagged.bpf.c:30
    0: (61) r0 = *(u32 *)(r1 +0)    r0 = 0x40
    1: (95) exit    r0 = 0x40
`)
  const both = await runHere('run', guard, '--trace', '--coverage', join(folder, 'x'))
  expect(both.status).toBe(0)
  expect(both.err).toContain('exit    r0 = ')
  expect(readFileSync(join(folder, 'x'), 'utf8')).toContain('\nDA:')
})

/** Lines and counts by file. */
const linesOf = (lcov: string): ReadonlyMap<string, ReadonlyMap<number, number>> =>
  new Map(
    lcov.split('end_of_record\n').flatMap((record) => {
      const name = /^SF:(.*)$/m.exec(record)?.[1]
      const lines = [...record.matchAll(/^DA:(\d+),(\d+)$/gm)].map(
        ([, line, count]) => [Number(line), Number(count)] as const,
      )
      return name === undefined ? [] : [[name, new Map(lines)] as const]
    }),
  )
const lineOf = (path: string, text: string): number =>
  readFileSync(path, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1

describe('--coverage', () => {
  const source = 'examples/testing/guard.bpf.c'
  test('of tests: lines that ran, and how often', async () => {
    const path = join(folder, 'test.lcov')
    const args = ['--coverage', path, '--path-map', './testing=examples/testing']
    expect((await runHere('test', 'examples/testing', ...args)).status).toBe(0)
    const lcov = readFileSync(path, 'utf8')
    const lines = linesOf(lcov)
    expect([...lines.keys()]).toEqual([source, 'examples/testing/guard_test.bpf.c', 'examples/testing/tagged.bpf.c'])
    const count = (text: string) => lines.get(source)?.get(lineOf(source, text))
    expect([count('seen++'), count('tally->dropped++'), count('tally->passed++')]).toEqual([2, 1, 0])
    expect(lcov).toContain('\nFNDA:2,guard\n')
    // the datagram is blocked: its tally is there, and never the one that passes
    const jumps = [...lcov.matchAll(/^BRDA:(\d+),(\d+),([01]),(\d+|-)$/gm)]
    expect(jumps.length).toBeGreaterThan(4)
    expect(jumps.length % 2).toBe(0)
    const [, , first] = lcov.split('end_of_record\n').map((record) => Number(/^BRF:(\d+)$/m.exec(record)?.[1]))
    expect(first).toBe(lcov.split('end_of_record\n')[2]!.match(/^BRDA/gm)?.length ?? 0)
    // a line in a loop counts its turns
    const tagged = 'examples/testing/tagged.bpf.c'
    expect(lines.get(tagged)?.get(lineOf(tagged, 'sum += i'))).toBe(4)
  })
  test('of a run, of each packet of a capture', async () => {
    const path = join(folder, 'run.lcov')
    await runHere('run', guard, '--data', file('e.pcap', pcap([...two, ...two])), '--coverage', path)
    const lines = linesOf(readFileSync(path, 'utf8')).get('testing/guard.bpf.c')
    expect(lines?.get(lineOf(source, 'seen++'))).toBe(4)
  })
})
