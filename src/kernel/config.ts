// SPDX-License-Identifier: Apache-2.0
// A kernel's build configuration: `CONFIG_NAME=value` lines, as /boot/config-* and /proc/config.gz hold them.

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
