// SPDX-License-Identifier: Apache-2.0
// kfuncs run: what maps hold before the run (--map), and what was sent: records, packets.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from './folder.ts'
import { runHere } from './here.ts'

const run = (prog: string, ...args: string[]) =>
  runHere('run', 'test/runtime/programs/sends.bpf.o', '--prog', prog, ...args)
const withMaps = (...maps: string[]) => maps.flatMap((map) => ['--map', map])

const route = '{"verdict": "VERDICT_SEND", "port": 400, "flags": 5, "hop": [1, 2, 3, 9], "name": "eth0"}'
const filled = withMaps(
  'calls[1]=next',
  'limits[0]=30',
  `routes[{"bits": 8, "address": "10.0.0.0"}]=${route}`,
  'plain[6b6579206f66206279746573]=2',
)

describe('--map', () => {
  test('structs, bit fields, enums, lists, text, bytes, values of each CPU, programs; what was sent is told', async () => {
    const { out } = await run('entry', ...filled, '--type', 'ring=event')
    expect(out).toBe(
      [
        'entry: TC_ACT_REDIRECT (7)',
        '  ring: { time: 0, port: 432, text: "eth0" }',
        '  perf, CPU 0: 0000000000000000b001000065746830',
        '  a copy sent to interface 1: 64 bytes',
        '  sent to interface 1, as if it came in there: 64 bytes\n',
      ].join('\n'),
    )
  })
  test('nothing is there unless told', async () => {
    expect((await run('entry')).out).toBe('entry: TC_ACT_SHOT (2)\n')
    expect((await run('entry', ...withMaps('calls[1]=next'))).out).toBe('entry: TC_ACT_UNSPEC (-1)\n')
  })
  test('maps in maps', async () => {
    const within = (...maps: string[]) =>
      runHere('run', 'test/runtime/programs/within.bpf.o', '-p', 'limit_of', ...withMaps(...maps))
    expect((await within()).out).toBe('limit_of: TC_ACT_UNSPEC (-1)\n')
    expect((await within('by_user[7]=today', 'today[0]=9')).out).toBe('limit_of: 9\n')
    expect((await within('by_user[7]={"0": 5}', 'by_user[8]=today')).out).toBe('limit_of: TC_ACT_UNSPEC (-1)\n')
    expect((await within('by_user[7]={"0": -5}')).err).toContain('by_user[7][0]: -5 is out of range')
    expect((await within('by_user[7]={"9": 5}')).err).toContain('by_user[7][9]: the map does not take it: E2BIG')
    expect((await within('by_user[7]=tody')).err).toContain('— did you mean today?')
    expect((await within('by_user[7]=by_user')).err).toContain('the map does not take it: EINVAL')
  })
  test('from a file, with keys as members and as lists', async () => {
    const file = join(temporaryFolder('test'), 'maps.json')
    const routes = [{ key: { bits: 8, address: '10.0.0.0' }, value: { port: 400 } }]
    const bytes = JSON.stringify([...Buffer.from('key of bytes')])
    writeFileSync(file, JSON.stringify({ calls: { 1: 'next' }, limits: { 0: 30 }, routes, plain: { [bytes]: 2 } }))
    const { out } = await run('entry', '--map', `@${file}`, '--format', 'json')
    const { retval, events } = JSON.parse(out) as { retval: number; events: { map: string; data: string }[] }
    expect([retval, events.map(({ map }) => map)]).toEqual([0, ['ring', 'perf']])
    expect(events[1]!.data).toBe('0000000000000000b001000000000000')
  })
  test.for([
    ['limit[0]=1', 'the object has no map limit — did you mean limits?'],
    ['limits=1', 'expected NAME[KEY]=VALUE'],
    ['limits[9]=1', 'the map does not take it: E2BIG'],
    ['limits[0]=4294967296', '4294967296 is out of range, which is 0 to 4294967295'],
    ['limits[-1]=1', '--map limits[-1]: its key: -1 is out of range, which is 0 to 4294967295'],
    ['routes[{"bits": 8}]={"flags": -1}', 'flags: -1 is out of range, which is 0 to 15'],
    ['plain[1]=65536', '65536 is out of range, which is -32768 to 65535'],
    ['ring[0]=1', 'ring is a ring buffer, which has no elements: programs write its records'],
    ['perf[0]=1', 'perf is a perf event array: each CPU has its event already'],
    ['limits[0]=one', 'expected a number, not "one"'],
    ['calls[1]=nxt', 'expected a program of the object — did you mean next?'],
    ['calls[x]=next', 'expected the number of a slot'],
    ['routes[{"bits": 8}]={"prt": 1}', 'struct route has no prt'],
    ['routes[8]=1', 'its key: expected an object with members of struct prefix'],
    ['routes[{]=1', 'is not JSON'],
    ['routes[{"bits": 8}]={"hop": [1, 2, 3, 4, 5]}', 'it has at most 4 elements'],
    ['routes[{"bits": 8}]={"name": "longer than it"}', '14 bytes are more than 8'],
    ['plain[[1, 2]]=1', 'its key: expected 12 bytes'],
    ['@/nowhere.json', '/nowhere.json'],
  ] as const)('%s', async ([map, words]) => {
    const { status, err } = await run('next', '--map', map)
    expect([status, err]).toEqual([2, expect.stringContaining(words)])
  })
})

test('packets that a map has sent, those of captures too', async () => {
  expect((await run('by_map', ...withMaps('ports[1]=1'))).out).toBe(
    'by_map: XDP_REDIRECT (4)\n  sent to what ports[1] is: 64 bytes\n',
  )
  expect((await run('by_map')).out).toBe('by_map: XDP_ABORTED (0)\n')
})

test('--type of a struct that there is not', async () => {
  for (const [type, words] of [
    ['events', 'no type events — did you mean event?'],
    ['rng=event', 'the object has no map rng'],
    ['entry', 'entry is not a struct'],
  ] as const) {
    const { status, err } = await run('next', '--type', type)
    expect([status, err]).toEqual([2, expect.stringContaining(words)])
  }
})
