// SPDX-License-Identifier: Apache-2.0
// Values of .kconfig externs: CONFIG_* as the kernel's configuration spells them, and the LINUX_* ones libbpf makes up.
import { refuse } from '../faults.ts'
import type { Extern, LinkTarget } from '../types.ts'

/** libbpf's own externs: the kernel's version and what it supports. */
export function virtualKconfig(extern: Extern, target: LinkTarget): string {
  switch (extern.name) {
    case 'LINUX_KERNEL_VERSION':
      return String(versionCode(target.release ?? '6.12.0'))
    case 'LINUX_HAS_BPF_COOKIE':
    case 'LINUX_HAS_SYSCALL_WRAPPER':
      return '1'
    default:
      if (!extern.name.startsWith('LINUX_') || !extern.weak) {
        refuse(`extern (kcfg) '${extern.name}': unrecognized virtual extern`)
      }
      return '0'
  }
}

/** KERNEL_VERSION(6, 12, 3) of '6.12.3-amd64'. */
export function versionCode(release: string): number {
  const [major = 0, minor = 0, patch = 0] = release.split(/[^0-9]+/, 3).map(Number)
  return major * 65536 + minor * 256 + Math.min(patch, 255)
}

/** Writes a value, as the kernel's .config spells it, where the extern is. */
export function setKconfig(extern: Extern, data: Uint8Array, value: string): void {
  const { name, config, offset, size } = extern
  const wrong = (what: string): never => refuse(`extern (kcfg) '${name}': ${what}`)
  if (value === 'y' || value === 'n' || value === 'm') {
    if (config === 'bool') {
      if (value === 'm') wrong(`value '${value}' implies tristate or char type`)
      data[offset] = value === 'y' ? 1 : 0
    } else if (config === 'tristate') {
      const tristate = { n: 0, y: 1, m: 2 }[value]
      data[offset] = tristate
    } else if (config === 'char') data[offset] = value.charCodeAt(0)
    else wrong(`value '${value}' implies bool, tristate, or char type`)
    return
  }
  if (value.startsWith('"')) {
    if (config !== 'chars') wrong(`value '${value}' implies char array type`)
    if (value.length < 2 || !value.endsWith('"')) wrong(`invalid string config '${value}'`)
    const text = new TextEncoder().encode(value.slice(1, -1)).subarray(0, size - 1)
    data.set(text, offset)
    return
  }
  if (!/^-?(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(value)) wrong(`value '${value}' isn't a valid integer`)
  const digits = value.startsWith('-') ? value.slice(1) : value
  const number = BigInt.asUintN(64, value.startsWith('-') ? -BigInt(digits) : BigInt(digits))
  if (config !== 'int' && config !== 'char' && config !== 'bool') {
    wrong(`value '${number}' implies integer, char, or boolean type`)
  }
  if (config === 'bool' && number > 1n) wrong(`value '${number}' isn't boolean compatible`)
  if (!fits(number, size, { signed: extern.signed })) wrong(`value '${number}' doesn't fit in ${size} bytes`)
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, number, true)
  data.set(bytes.subarray(0, size), offset)
}

function fits(value: bigint, size: number, { signed }: { readonly signed: boolean }): boolean {
  if (size === 8) return true
  const bits = BigInt(8 * size)
  const limit = 1n << bits
  return signed ? BigInt.asUintN(64, value + (limit >> 1n)) < limit : value < limit
}
