// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../src/fault/index.ts'
import { assemble, encodeInsns } from '../../src/isa/index.ts'
import { temporaryFolder } from './folder.ts'
import { runHere } from './here.ts'

const folder = temporaryFolder()
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const run = (...args: readonly string[]) => runHere('run', ...args)

/** The sum of the bytes of memory, which are cleared. */
const sum = `
  r0 = 0
  again: if r2 == 0 goto out
  r3 = *(u8 *)(r1 + 0)
  r0 += r3
  *(u8 *)(r1 + 0) = 0
  r1 += 1
  r2 -= 1
  goto again
  out: exit`

describe('kfuncs run --raw', () => {
  const bytes = encodeInsns(unwrap(assemble(sum)))
  test('takes assembly, hexadecimal digits and bytes', async () => {
    for (const path of [
      file('sum.s', sum),
      file(
        'sum.hex',
        Buffer.from(bytes)
          .toString('hex')
          .replace(/(.{16})/g, '$1\n'),
      ),
      file('sum.bin', bytes),
    ])
      expect(await run('--raw', '--memory', '01 02 ff', path)).toEqual({ status: 0, out: '0x102\n', err: '' })
  })

  test('tells memory afterwards as JSON', async () => {
    const { out } = await run('--raw', '--memory', '0102', '--format', 'json', file('sum.s', sum))
    expect(JSON.parse(out)).toEqual({ r0: '0x3', fault: null, memory: '0000' })
    const ended = await run('--raw', '--max-insns', '9', '--format', 'json', file('ever2.s', 'again: goto again'))
    expect(JSON.parse(ended.out)).toMatchObject({
      r0: null,
      fault: { what: expect.stringContaining('9 instructions') },
    })
  })

  test('what reaches beyond its memory is told with the instruction, compiled or not', async () => {
    const path = file('beyond.s', 'r2 = 1000000 ll\nr1 += r2\nr0 = *(u64 *)(r1 + 0)\nexit')
    for (const how of [[], ['--interpret']]) {
      const { status, err } = await run('--raw', ...how, path)
      expect(status).toBe(1)
      expect(err).toMatch(/instruction 3: reads 8 bytes .*outside of/)
    }
  })

  test('a program that does not end is ended', async () => {
    const { status, err } = await run('--raw', '--max-insns', '1000', file('ever.s', 'again: goto again'))
    expect(status).toBe(1)
    expect(err).toMatch(/the allowance of 1000 instructions is used up/)
  })

  test('what is done wrong only after millions of instructions is told without its place, at once', async () => {
    const late = 'r1 = 3000000\nagain: r1 -= 1\nif r1 != 0 goto again\nr2 = 1000000 ll\nr0 = *(u64 *)(r2 + 0)\nexit'
    const { status, err } = await run('--raw', file('late.s', late))
    expect(status).toBe(1)
    expect(err).toMatch(/ended by WebAssembly: memory access out of bounds/)
  })

  test('helpers that need nothing of a kernel are called', async () => {
    const path = file('helpers.s', 'r1 = -1\ncall 5\nr6 = r0\ncall 8\nr0 += r6\nr0 += 2\nexit')
    for (const how of [[], ['--interpret']]) expect((await run('--raw', ...how, path)).out).toBe('0x2\n')
  })

  test('what cannot be run is told, and nothing is run', async () => {
    for (const [text, told] of [
      ['call 6\nexit', /calls helper 6, which needs a kernel: a bare program may call 5 and 8/],
      ['8520000001000000 9500000000000000', /calls a kfunc, which needs a kernel/],
      ['r1 = 1', undefined],
      ['0102', /4 hexadecimal digits are not a whole number of instructions/],
      ['ff00000000000000', /unknown opcode ff/],
    ] as const) {
      const { status, err } = await run('--raw', file('wrong', text))
      expect(status).toBeGreaterThan(0)
      if (told !== undefined) expect(err).toMatch(told)
    }
    expect((await run('--raw', '--memory', 'xyz', file('sum.s', sum))).err).toMatch(
      /two hexadecimal digits for each byte/,
    )
    expect((await run(file('sum.s', sum))).err).toMatch(/ELF/)
  })
})
