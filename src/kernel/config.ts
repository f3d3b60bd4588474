// SPDX-License-Identifier: Apache-2.0
// A kernel's build configuration: `CONFIG_NAME=value` lines, as /boot/config-* and /proc/config.gz hold them, and as an image with
// CONFIG_IKCONFIG carries them: gzip between the words IKCFG_ST and IKCFG_ED in its read-only data (kernel/configs.c).

import { decompress } from '../binary/index.ts'
import { fail, ok, type Result } from '../fault/index.ts'

/** The values by name, read at first use: most checks never ask. */
export function parseConfig(bytes: () => Uint8Array): ReadonlyMap<string, string> {
  return new LazyConfig(bytes)
}

class LazyConfig extends Map<string, string> {
  #bytes: (() => Uint8Array) | undefined
  constructor(bytes: () => Uint8Array) {
    super()
    this.#bytes = bytes
  }
  override get(name: string): string | undefined {
    if (this.#bytes !== undefined) {
      const text = new TextDecoder().decode(this.#bytes())
      this.#bytes = undefined
      for (const [, key, value] of text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)) this.set(key!, value!)
    }
    return super.get(name)
  }
}

/** The largest configuration of a kernel is below 400 KB. */
const maxConfig = 8 << 20

/** A configuration that the user names: /boot/config-*, /proc/config.gz, .config. */
export async function readConfig(bytes: Uint8Array, name: string): Promise<Result<ReadonlyMap<string, string>>> {
  const place = { file: name }
  const text = await decompress(bytes, { place, limit: maxConfig })
  if (!text.ok) return text
  const hint = 'a kernel’s configuration is /boot/config-$(uname -r) or /proc/config.gz: lines like CONFIG_HZ=250'
  if (text.value.length > maxConfig) return fail('this is too large for a kernel’s configuration', place, hint)
  if (!/^(# )?CONFIG_\w+( is not set|=)/m.test(new TextDecoder().decode(text.value)))
    return fail('not a kernel’s configuration: no line of it sets a CONFIG_ option', place, hint)
  return ok(parseConfig(() => text.value))
}

/** The configuration in an image's read-only data; undefined where it is built without. */
export async function configInside(data: Uint8Array): Promise<ReadonlyMap<string, string> | undefined> {
  for (let at = find(data, startMark, 0); at >= 0; at = find(data, startMark, at + 1)) {
    const from = at + startMark.length
    if (data[from] !== 0x1f || data[from + 1] !== 0x8b) continue
    const end = find(data, endMark, from)
    if (end < 0) return undefined
    const text = await decompress(data.subarray(from, end), { limit: maxConfig })
    if (text.ok) return parseConfig(() => text.value)
  }
  return undefined
}

const startMark = new TextEncoder().encode('IKCFG_ST')
const endMark = new TextEncoder().encode('IKCFG_ED')

function find(data: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = data.indexOf(wanted[0]!, from); at >= 0; at = data.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, i) => data[at + i] === byte)) return at
  }
  return -1
}
