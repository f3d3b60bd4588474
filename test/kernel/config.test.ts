// SPDX-License-Identifier: Apache-2.0
// Where a kernel's configuration comes from: its image, the user, the bundled kernel that is next to it.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { configInside, readConfig } from '../../src/kernel/config.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { readProfile } from '../../src/kernel/profile-format.ts'

const text = (words: string): Uint8Array => new TextEncoder().encode(words)
const lines = '# a kernel\nCONFIG_HZ=1000\n# CONFIG_HZ_250 is not set\nCONFIG_NAME="x"\n'

test('an image carries it between two words, as gzip', async () => {
  const packed = gzipSync(lines)
  const image = Buffer.concat([text('…IKCFG_ST is a word here…IKCFG_ST'), packed, text('IKCFG_ED…')])
  const config = await configInside(image)
  expect(config?.get('CONFIG_HZ')).toBe('1000')
  expect(config?.get('CONFIG_HZ_250')).toBeUndefined()
})
test.for([
  ['nothing', new Uint8Array()],
  ['the first word alone', text('IKCFG_ST')],
  ['no end', Buffer.concat([text('IKCFG_ST'), gzipSync(lines)])],
  ['broken gzip', Buffer.concat([text('IKCFG_ST'), Uint8Array.of(0x1f, 0x8b, 8, 0), text('IKCFG_ED')])],
] as const)('%s is no configuration', async ([, bytes]) => {
  expect(await configInside(bytes)).toBeUndefined()
})

test('/boot/config-* and /proc/config.gz are read, other files are named', async () => {
  for (const bytes of [text(lines), new Uint8Array(gzipSync(lines))]) {
    const config = await readConfig(bytes, 'config')
    expect(config.ok && config.value.get('CONFIG_NAME')).toBe('"x"')
  }
  const wrong = await readConfig(text('HZ=250'), 'notes.txt')
  expect(wrong.ok ? '' : wrong.fault.what).toBe('not a kernel’s configuration: no line of it sets a CONFIG_ option')
})

test('raw BTF has none: the nearest bundled kernel’s is used and named; what is given stands', async () => {
  const profile = await readProfile(new Uint8Array(readFileSync('profiles/6.12.kfprofile')))
  if (!profile.ok) throw new Error(profile.fault.what)
  const btf = profile.value.blob(profile.value.index.btf)
  const guessed = await openKernel(btf)
  expect(guessed.ok && [guessed.value.config('CONFIG_HZ'), guessed.value.configOf]).toEqual([
    '250',
    profile.value.index.release,
  ])
  const given = await openKernel(btf, { config: text(lines) })
  expect(given.ok && [given.value.config('CONFIG_HZ'), given.value.configOf]).toEqual(['1000', undefined])
  const bundled = await openKernel('6.12')
  expect(bundled.ok && bundled.value.configOf).toBeUndefined()
})
