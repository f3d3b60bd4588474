// SPDX-License-Identifier: Apache-2.0
// Global variables given values before the program is loaded, as user space does through a skeleton, or veristat with -G: the initial
// contents of the maps behind them are changed, so that constants in .rodata are what the verifier reads there. Attributes of maps are
// set by the same names (set-maps.ts).
import {
  type Btf,
  type BtfId,
  type BtfType,
  memberNamed,
  resolveType,
  sizeOf,
  skipModifiersAndTypedefs,
} from '../btf/index.ts'
import { attempt, fail, type Result, withJson } from '../fault/index.ts'
import { refuse } from './faults.ts'
import { loaders } from './loaders.ts'
import { roundedRing } from './maps.ts'
import { withAttribute } from './set-maps.ts'
import type { BpfObject, MapDef } from './types.ts'

/** What is made of a section without contents, so that a variable in it can be set. */
const MOST_ZEROS = 1 << 28

export interface WithGlobals {
  /** The same object with other contents of its maps. */
  readonly object: BpfObject
  /** Names that are of no variable or map of it. */
  readonly unknown: readonly string[]
}

/**
 * Sets variables: 'mode' → '3', 'cfg.limits[2]' → '-1', 'state' → 'RUNNING' (of its enum), 'name' → 'eth0' (of an array of char),
 * 'limits' → '[1, 2]' and 'cfg' → '{"flag": 2}' (the elements and members that are there),
 * 'CONFIG_HZ' → '1000' (an extern in .kconfig, as the kernel's configuration spells values), 'events.max_entries' → '4096' (of a map).
 * A `Fault` where a value does not fit.
 */
export function withGlobals(object: BpfObject, values: ReadonlyMap<string, string>): Result<WithGlobals> {
  return attempt({ object: object.name }, () => {
    const maps = [...object.maps]
    const kconfig = new Map(object.kconfig)
    const unknown = new Set<string>()
    for (const [path, value] of values) {
      const [root = '', ...steps] = parsePath(path)
      if (object.externs.some(({ kind, name }) => kind === 'kconfig' && name === path)) kconfig.set(path, value)
      else if (
        !setVariable(object, maps, { root, steps, path, value }) &&
        !setMap(object, maps, { root, steps, path, value })
      )
        unknown.add(root)
    }
    return { object: withJson({ ...object, maps, ...(kconfig.size === 0 ? {} : { kconfig }) }), unknown: [...unknown] }
  })
}

interface Setting {
  readonly root: string
  readonly steps: readonly string[]
  readonly path: string
  readonly value: string
}

/** 'cfg.limits[2]' → 'cfg', '.limits', '[2]' */
function parsePath(path: string): readonly string[] {
  const parts = path.match(/^[A-Za-z_$][\w$]*|\.[A-Za-z_$][\w$]*|\[\s*\w+\s*\]/g) ?? []
  if (parts.join('') !== path.replaceAll(/\s/g, ''))
    refuse(`'${path}' is not a variable`, {}, 'write NAME, NAME.MEMBER or NAME[INDEX]')
  return parts
}

/** In every section that has a variable of the name: static ones of several files may share it. */
function setVariable({ btf, littleEndian }: BpfObject, maps: MapDef[], setting: Setting): boolean {
  let found = false
  for (const [index, map] of maps.entries()) {
    const section = btf === undefined || map.internal === undefined ? undefined : btf.type(map.valueTypeId)
    if (btf === undefined || section?.kind !== 'datasec') continue
    for (const { type, offset } of section.entries) {
      const variable = btf.type(type)
      if (variable.kind !== 'var' || variable.name !== setting.root) continue
      found = true
      const place = placeOf(btf, { type: variable.type, bit: offset * 8, bits: 0 }, setting)
      const data = contents(maps[index]!, setting)
      for (const leaf of leavesOf(btf, place, setting)) write(btf, leaf, { data, littleEndian })
      maps[index] = { ...maps[index]!, data }
    }
  }
  return found
}

/** A copy of what a section holds, to be changed: zeros of .bss. */
function contents({ data, valueSize, section }: MapDef, { path }: Setting): Uint8Array {
  // a Buffer's slice() shares its bytes
  if (data !== undefined) return Uint8Array.from(data)
  if (valueSize > MOST_ZEROS) refuse(`'${path}' cannot be set: ${section ?? '.bss'} has ${valueSize} bytes`)
  return new Uint8Array(valueSize)
}

/** A place, and the text that is to stand there. */
interface Leaf {
  readonly spot: Spot
  readonly setting: Setting
}

/** JSON of an array or a struct, taken apart: `[1, 2]`, `{"mode": "FAR", "limits": [1, 2]}`. Anything else stays what it is. */
function leavesOf(btf: Btf, spot: Spot, setting: Setting): readonly Leaf[] {
  const type = resolveType(btf, spot.type)
  const opening = type.kind === 'array' ? '[' : type.kind === 'struct' || type.kind === 'union' ? '{' : undefined
  if (opening === undefined || !setting.value.startsWith(opening) || isText(btf, type)) return [{ spot, setting }]
  let parsed: unknown
  try {
    parsed = JSON.parse(setting.value)
  } catch {
    return refuse(
      `'${setting.path}': ${setting.value} is not JSON`,
      {},
      `write ${opening === '[' ? '[1, 2]' : '{"member": 1}'}`,
    )
  }
  const steps = Array.isArray(parsed)
    ? parsed.map((value, i) => [`[${i}]`, value] as const)
    : Object.entries(parsed as object).map(([name, value]) => [`.${name}`, value] as const)
  return steps.flatMap(([step, value]) => {
    const inner = {
      ...setting,
      steps: [step],
      path: setting.path + step,
      value: textOfJson(value, setting.path + step),
    }
    return leavesOf(btf, placeOf(btf, spot, inner), inner)
  })
}

function textOfJson(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    refuse(
      `'${path}': ${value} is not an integer that JSON holds exactly`,
      {},
      'write a large number as text: "0xffffffffffffffff"',
    )
  if (value === null) refuse(`'${path}': null is not a value`)
  return JSON.stringify(value)
}

function setMap({ loader }: BpfObject, maps: MapDef[], setting: Setting): boolean {
  const index = maps.findIndex(({ name }) => name === setting.root)
  if (index < 0) return false
  const map = withAttribute(maps[index]!, setting)
  const rounds = loaders[loader].roundsRings && setting.steps.at(-1) === '.max_entries'
  maps[index] = rounds ? roundedRing(map) : map
  return true
}

/** Where a value stands: from which bit, of what type; `bits` where it is a bitfield. */
interface Spot {
  readonly type: BtfId
  readonly bit: number
  readonly bits: number
}

function placeOf(btf: Btf, from: Spot, { steps, path }: Setting): Spot {
  let at = from
  for (const step of steps) {
    const type = resolveType(btf, at.type)
    if (step.startsWith('.')) at = memberOf(btf, type, at, { name: step.slice(1), path })
    else at = elementOf(btf, type, at, { index: step.slice(1, -1).trim(), path })
  }
  return at
}

function memberOf(btf: Btf, type: BtfType, at: Spot, { name, path }: { name: string; path: string }): Spot {
  if (type.kind !== 'struct' && type.kind !== 'union') refuse(`'${path}': .${name} is asked of a ${wordOf(type)}`)
  const found = memberNamed(btf, type.id, name)
  if (found === undefined) {
    const names = type.members.map((member) => member.name).filter((member) => member !== '')
    refuse(`'${path}': ${type.kind} ${type.name} has no member ${name}`, {}, `it has ${names.slice(0, 12).join(', ')}`)
  }
  return { type: found.type, bit: at.bit + found.bitOffset, bits: found.bitSize }
}

function elementOf(btf: Btf, type: BtfType, at: Spot, { index, path }: { index: string; path: string }): Spot {
  if (type.kind !== 'array') refuse(`'${path}': [${index}] is asked of a ${wordOf(type)}`)
  const number = /^\w*[A-Za-z_]/.test(index) && !/^0x/i.test(index) ? enumerator(btf, index) : Number(index)
  if (number === undefined || !Number.isInteger(number)) refuse(`'${path}': ${index} is not a number`)
  if (number < 0 || number >= type.count) refuse(`'${path}': the array has ${type.count} elements`)
  return { type: type.type, bit: at.bit + number * 8 * (sizeOf(btf, type.type) ?? 0), bits: 0 }
}

/** A constant of any of the object's enums. */
function enumerator(btf: Btf, name: string): number | undefined {
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind !== 'enum' && type.kind !== 'enum64') continue
    const found = type.values.find((one) => one.name === name)
    if (found !== undefined) return Number(found.value)
  }
  return undefined
}

const bitsOf = (btf: Btf, { type, bits }: Spot): number => bits || 8 * (sizeOf(btf, type) ?? 0)

interface Contents {
  readonly data: Uint8Array
  readonly littleEndian: boolean
}

function write(btf: Btf, { spot, setting }: Leaf, { data, littleEndian }: Contents): void {
  const bits = bitsOf(btf, spot)
  const value = valueFor(btf, spot, bits / 8, setting)
  if (spot.bit + bits > data.length * 8) refuse(`'${setting.path}' ends beyond its section`)
  if (typeof value !== 'bigint') data.set(value, spot.bit / 8)
  else writeBits(data, BigInt.asUintN(bits, value), { at: spot.bit, bits, littleEndian })
}

/** A number of `bits` bits from bit `at` on: of a big-endian machine both count from the most significant. */
function writeBits(
  data: Uint8Array,
  value: bigint,
  { at, bits, littleEndian }: { readonly at: number; readonly bits: number; readonly littleEndian: boolean },
): void {
  for (let i = 0; i < bits; i++) {
    const place = at + i
    const bit = Number((value >> BigInt(littleEndian ? i : bits - 1 - i)) & 1n)
    const mask = 1 << (littleEndian ? place % 8 : 7 - (place % 8))
    const byte = place >> 3
    data[byte] = bit === 1 ? data[byte]! | mask : data[byte]! & ~mask
  }
}

/** What the text means to the variable's type. */
function valueFor(btf: Btf, { type: id, bits }: Spot, size: number, setting: Setting): bigint | Uint8Array {
  const { path, value } = setting
  const type = resolveType(btf, id)
  switch (type.kind) {
    case 'int':
      return numberOf(value, { bits: bits || size * 8, signed: type.signed, bool: type.bool }, path)
    case 'enum':
    case 'enum64': {
      const named = type.values.find(({ name }) => name === value)
      if (named !== undefined) return named.value
      if (!isNumber(value)) {
        const names = type.values.map(({ name }) => name)
        refuse(`'${path}': enum ${type.name} has no ${value}`, {}, `it has ${names.slice(0, 12).join(', ')}`)
      }
      return numberOf(value, { bits: bits || size * 8, signed: type.signed, bool: false }, path)
    }
    case 'array':
      return textOf(btf, type, setting)
    default:
      return refuse(
        `'${path}' is a ${wordOf(type)}`,
        {},
        type.kind === 'ptr'
          ? 'pointers cannot be set'
          : `set a member of it, ${path}.MEMBER, or several: '{"MEMBER": 1}'`,
      )
  }
}

function textOf(btf: Btf, type: Extract<BtfType, { kind: 'array' }>, { path, value }: Setting): Uint8Array {
  if (!isText(btf, type))
    refuse(`'${path}' is an array`, {}, `set an element of it, ${path}[0], or the first ones: '[1, 2]'`)
  const bytes = new TextEncoder().encode(/^".*"$/s.test(value) ? value.slice(1, -1) : value)
  if (bytes.length >= type.count)
    refuse(`'${path}' has room for ${type.count - 1} bytes and a terminating 0; the text has ${bytes.length}`)
  const all = new Uint8Array(type.count)
  all.set(bytes)
  return all
}

/** An array of char, or of anything else as large. */
function isText(btf: Btf, type: BtfType): boolean {
  if (type.kind !== 'array') return false
  const element = btf.type(skipModifiersAndTypedefs(btf, type.type))
  return element.kind === 'int' && element.size === 1
}

const isNumber = (text: string): boolean => /^[+-]?(?:0x[0-9a-f]+|\d+)$/i.test(text)

interface Width {
  readonly bits: number
  readonly signed: boolean
  readonly bool: boolean
}

function numberOf(text: string, { bits, signed, bool }: Width, path: string): bigint {
  if (bool && (text === 'true' || text === 'false')) return text === 'true' ? 1n : 0n
  const quoted = /^'(.)'$/s.exec(text)?.[1]
  if (quoted !== undefined) return BigInt(quoted.charCodeAt(0))
  if (!isNumber(text)) refuse(`'${path}': ${text} is not a number`)
  const magnitude = BigInt(text.replace(/^[+-]/, ''))
  const number = text.startsWith('-') ? -magnitude : magnitude
  const [least, most] = bool
    ? [0n, 1n]
    : signed
      ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
      : [0n, (1n << BigInt(bits)) - 1n]
  if (number < least || number > most) refuse(`'${path}': ${text} is out of range, which is ${least} to ${most}`)
  return number
}

const wordOf = (type: BtfType): string => (type.kind === 'ptr' ? 'pointer' : `${type.kind} ${type.name}`.trim())

/** NAME=VALUE, as the command line has it. */
export function parseSetting(text: string): Result<readonly [name: string, value: string]> {
  const at = text.indexOf('=')
  if (at < 1) return fail(`${text}: write NAME=VALUE`)
  return { ok: true, value: [text.slice(0, at).trim(), text.slice(at + 1).trim()] }
}
