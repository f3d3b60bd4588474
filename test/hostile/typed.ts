// SPDX-License-Identifier: Apache-2.0
// Objects of text programs with the types a kernel asks for: a function record for each function, so that callbacks can be named, and maps
// as libbpf reads them.
import { BtfBuilder } from '../../src/btf/index.ts'
import { makeExt, makeObject, type NewFunction } from './build.ts'

export interface NewMap {
  readonly name: string
  /** BPF_MAP_TYPE_*, its number. */
  readonly type: number
  readonly keySize?: number
  readonly valueSize?: number
  readonly entries: number
}

/** An object of these functions, those of `.text` static; `rN = map NAME` names a map or a function. */
export function makeTypedObject(functions: readonly NewFunction[], maps: readonly NewMap[] = []): Uint8Array {
  const btf = new BtfBuilder()
  const int = btf.int('int', 4, { signed: true })
  const proto = btf.funcProto(int, [])
  const uint = (n: number): number => btf.ptr(btf.array(int, int, n))
  let size = 0
  const symbols: { name: string; section: string; value: number; size: number; type: 'object' }[] = []
  const entries = maps.map(({ name, type, keySize, valueSize, entries: most }) => {
    const fields = [
      ['type', type],
      ['key_size', keySize],
      ['value_size', valueSize],
      ['max_entries', most],
    ] as const
    const given = fields.filter((field): field is readonly [(typeof field)[0], number] => field[1] !== undefined)
    const members = given.map(([field, n], i) => ({ name: field, type: uint(n), offset: 8 * i }))
    const variable = btf.var(name, btf.struct(`${name}_def`, 8 * members.length, members), 'global')
    const entry = { type: variable, offset: size, size: 8 * members.length }
    symbols.push({ name, section: '.maps', value: entry.offset, size: entry.size, type: 'object' })
    size += entry.size
    return entry
  })
  if (size > 0) btf.datasec('.maps', size, entries)
  const sections = [...new Set(functions.map(({ section }) => section))]
  const funcs = sections.map((section) => {
    let at = 0
    const records = functions
      .filter((one) => one.section === section)
      .map(({ name, code }) => {
        const record = [at, btf.func(name, proto, section === '.text' ? 'static' : 'global')]
        at += 8 * slotsOf(code)
        return record
      })
    return [btf.string(section), records] as const
  })
  return makeObject({
    functions: functions.map((one) => ({ ...one, bind: 'global' })),
    btf: btf.bytes(),
    ext: makeExt({ funcs }),
    ...(size > 0 && { sections: [{ name: '.maps', flags: 3, data: new Uint8Array(size) }], symbols }),
  })
}

/** Slots of a function's text: one a statement, two where an immediate has 64 bits. */
function slotsOf(code: string): number {
  let slots = 0
  for (const line of code.split('\n')) {
    const text = line
      .replace(/;.*/, '')
      .replace(/^\s*[A-Za-z_]\w*:(?!:)/, '')
      .trim()
    if (text !== '') slots += / ll$|= map /.test(text) ? 2 : 1
  }
  return slots
}
