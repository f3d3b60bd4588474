// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compressionOf, decompress, unpackKernelImage, writeElf } from '../../src/binary/index.ts'

const elf = writeElf({ sections: [{ name: '.BTF', data: new Uint8Array(64) }] })
const hello = new TextEncoder().encode('hello hello hello hello\n')
const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16))

/** Written by `gzip`, `zstd -19`, `xz`, `lz4 -l` from the text above. */
const samples = {
  gzip: '1f8b0800000000000003cb48cdc9c957c84027b9000088590b18000000',
  zstd: '28b52ffd24186d00003868656c6c6f200a0100994b11a87c2ea8',
  xz: 'fd377a585a000004e6d6b4460200210116000000742fe5a3e00017000c5d00341949ee8de9560ac121b000006c14ed1b3b68bb9100012818d783b76e1fb6f37d010000000004595a',
  lz4: '02214c180f0000006968656c6c6f20060050656c6c6f0a',
}

/** boot.rst: HdrS at 0x202, version 2.15, one setup sector, payload right behind it. */
function bzImage(payload: Uint8Array): Uint8Array {
  const image = new Uint8Array(1024 + payload.length)
  const view = new DataView(image.buffer)
  view.setUint8(0x1f1, 1)
  view.setUint32(0x202, 0x48647253)
  view.setUint16(0x206, 0x020f, true)
  view.setUint32(0x248, 0, true)
  view.setUint32(0x24c, payload.length, true)
  image.set(payload, 1024)
  return image
}

function zboot(payload: Uint8Array): Uint8Array {
  const image = new Uint8Array(64 + payload.length)
  const view = new DataView(image.buffer)
  image.set([0x4d, 0x5a, 0, 0, 0x7a, 0x69, 0x6d, 0x67])
  view.setUint32(8, 64, true)
  view.setUint32(12, payload.length, true)
  image.set(payload, 64)
  return image
}

const gzip = (data: Uint8Array): Uint8Array => new Uint8Array(gzipSync(data))

describe('decompress', () => {
  test.for(Object.entries(samples))('reads %s', async ([name, hex]) => {
    expect(compressionOf(bytes(hex))).toBe(name)
    expect(await decompress(bytes(hex))).toEqual({ ok: true, value: hello })
  })
  test.for(Object.entries(samples))('names broken %s', async ([, hex]) => {
    const broken = bytes(hex).slice(0, -12)
    broken.fill(0xff, 12)
    const result = await decompress(broken, { place: { object: 'm.ko' } })
    if (result.ok) expect(result.value).not.toEqual(hello)
    else expect(result.fault).toMatchObject({ place: { object: 'm.ko' } })
  })
  test('reads any bytes behind a magic, or gives a fault', async () => {
    const magics = Object.values(samples).map((hex) => Array.from(bytes(hex).slice(0, 6)))
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 100 }), async (magic, rest) => {
        const result = await decompress(Uint8Array.from([...magic, ...rest]), { limit: 1 << 24 })
        return typeof result.ok === 'boolean'
      }),
      { numRuns: 300 },
    )
  })
  test('refuses a zstd window no kernel needs', async () => {
    const result = await decompress(bytes('28b52ffd00a8010000'))
    expect(result).toMatchObject({ ok: false, fault: { what: 'the zstd data needs a window of 2147483648 bytes' } })
  })
  test('stops at its limit', async () => {
    const bomb = gzip(new Uint8Array(8 << 20))
    expect(await decompress(bomb, { limit: 1 << 20 })).toMatchObject({
      ok: false,
      fault: { what: 'unpacks to more than 1048576 bytes' },
    })
  })
  test.for([
    ['bzip2', '425a6839'],
    ['lzma', '5d000080'],
    ['lzo', '894c5a4f'],
  ])('knows that it cannot read %s', async ([name, hex]) => {
    expect(await decompress(bytes(hex!))).toMatchObject({
      ok: false,
      fault: { what: `${name} compression cannot be read here` },
    })
  })
})

describe('a kernel image', () => {
  test.for<[string, Uint8Array]>([
    ['vmlinux', elf],
    ['a bzImage', bzImage(gzip(elf))],
    ['an EFI zboot image', zboot(gzip(elf))],
    ['a bzImage, compressed', gzip(bzImage(gzip(elf)))],
    ['a compressed module', gzip(elf)],
  ])('%s gives its ELF file', async ([, image]) => {
    expect(await unpackKernelImage(image)).toEqual({ ok: true, value: elf })
  })
  test.for<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'not a kernel image'],
    ['a bzImage cut short', bzImage(gzip(elf)).slice(0, 1100), 'runs past the file'],
    ['a bzImage without a kernel', bzImage(new Uint8Array(0)), 'carries no kernel'],
    ['packed text', gzip(hello), 'not a kernel image'],
    ['gzip in gzip in gzip in gzip in gzip', gzip(gzip(gzip(gzip(gzip(elf))))), 'not a kernel image'],
  ])('%s is a fault', async ([, image, what]) => {
    const result = await unpackKernelImage(image, { place: { object: 'vmlinuz' } })
    expect(result).toMatchObject({ ok: false, fault: { place: { object: 'vmlinuz' } } })
    if (!result.ok) expect(result.fault.what).toContain(what)
  })
})
