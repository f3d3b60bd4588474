// SPDX-License-Identifier: Apache-2.0
// C types of an object, by its BTF, as types of TypeScript and as codecs of kfuncs/runtime.
import { type Btf, type BtfId, type BtfStruct, resolveType, sizeOf } from '../../btf/index.ts'
import { inComment, key, Names, pascal } from './text.ts'

export interface Shape {
  /** In TypeScript: `number`, `Tally`. */
  readonly type: string
  /** The expression of its codec. */
  readonly codec: string
}

/** Fields that only the kernel knows what is in: they are left out, and zero where a value is written. */
const kernels = new Set(
  'bpf_spin_lock bpf_res_spin_lock bpf_timer bpf_wq bpf_list_head bpf_list_node bpf_rb_root bpf_rb_node bpf_refcount bpf_task_work'.split(
    ' ',
  ),
)

/** Types may nest, in hostile BTF without end. */
const DEEPEST = 16

interface Field {
  readonly name: string
  readonly shape: Shape
  readonly offset: number
  readonly note: string
  /** A union's: it shares its bytes with others. */
  readonly shared: boolean
}

export class Shapes {
  /** Definitions of what was asked for, in an order that they can stand in. */
  readonly definitions: string[] = []
  /** Names of structs that were defined, by their C names. */
  readonly named = new Map<string, string>()
  private readonly btf: Btf
  private readonly names: Names
  private readonly byId = new Map<BtfId, Shape>()

  constructor(btf: Btf, names: Names) {
    this.btf = btf
    this.names = names
  }

  of(id: BtfId, depth = 0): Shape {
    const { btf } = this
    const size = sizeOf(btf, id) ?? 0
    if (depth > DEEPEST) return bytesOf(size)
    const type = resolveType(btf, id)
    switch (type.kind) {
      case 'int':
        if (type.bool) return { type: 'boolean', codec: 'c.bool' }
        return size > 8 ? bytesOf(size) : number(size, type)
      case 'enum':
      case 'enum64':
        return number(size, type)
      case 'float':
        return size === 4 || size === 8 ? { type: 'number', codec: `c.f${8 * size}` } : bytesOf(size)
      case 'ptr':
        return { type: 'bigint', codec: 'c.u64' }
      case 'array':
        return this.arrayOf(type.type, type.count, depth)
      case 'struct':
      case 'union':
        return this.structOf(id, depth)
      default:
        return bytesOf(size)
    }
  }

  private arrayOf(of: BtfId, count: number, depth: number): Shape {
    const element = resolveType(this.btf, of)
    if (element.kind === 'int' && element.size === 1 && !element.bool)
      return element.name === 'char' ? { type: 'string', codec: `c.text(${count})` } : bytesOf(count)
    const { type, codec } = this.of(of, depth + 1)
    return { type: `${/^\w+$/.test(type) ? type : `(${type})`}[]`, codec: `c.array(${codec}, ${count})` }
  }

  private structOf(id: BtfId, depth: number): Shape {
    const { btf } = this
    const type = resolveType(btf, id)
    if (type.kind !== 'struct' && type.kind !== 'union') return bytesOf(0)
    const known = this.byId.get(type.id)
    if (known !== undefined) return known
    const fields = this.fieldsOf(type, { from: 0, depth, shared: false })
    // the typedef's name, where the struct has none
    const cName = type.name === '' ? btf.type(id).name : type.name
    const property = ({ name, shape, shared }: Field): string => `${key(name)}${shared ? '?' : ''}: ${shape.type}`
    const codecsOf = (some: readonly Field[]): readonly string[] =>
      some.map(({ name, shape, offset }) => `${key(name)}: [${offset}, ${shape.codec}],`)
    const [own, shared] = [fields.filter((one) => !one.shared), fields.filter((one) => one.shared)].map(codecsOf)
    if (cName === '') {
      const shown = `{ ${fields.map(property).join('; ')} }`
      const rest = shared!.length === 0 ? '' : `, { ${shared!.join(' ')} }`
      return { type: shown, codec: `c.struct<${shown}>(${type.size}, { ${own!.join(' ')} }${rest})` }
    }
    const name = this.names.take(pascal(cName))
    const shape = { type: name, codec: name }
    this.byId.set(type.id, shape)
    this.named.set(cName, name)
    this.definitions.push(
      [
        `/** ${type.kind} ${inComment(cName)} */`,
        `export interface ${name} {`,
        ...fields.map((field) => `${field.note}  ${property(field)}`),
        '}',
        `export const ${name}: Codec<${name}> = c.struct<${name}>(${type.size}, {`,
        ...own!.map((line) => `  ${line}`),
        ...(shared!.length === 0 ? [] : ['}, {', ...shared!.map((line) => `  ${line}`)]),
        '})',
      ].join('\n'),
    )
    return shape
  }

  /** Members of structs and unions without a name are their owner's, as in C. */
  private fieldsOf({ kind, members }: BtfStruct, within: Within): Field[] {
    const { btf } = this
    const { from, depth, taken = new Names() } = within
    const shared = within.shared || kind === 'union'
    const fields = members.flatMap(({ name, type, bitOffset, bitSize }): Field[] => {
      const bit = from + bitOffset
      const resolved = resolveType(btf, type)
      if (resolved.kind === 'struct' && kernels.has(resolved.name)) return []
      if (isKptr(btf, type)) return []
      if (name === '') {
        if ((resolved.kind !== 'struct' && resolved.kind !== 'union') || depth > DEEPEST) return []
        return this.fieldsOf(resolved, { from: bit, depth: depth + 1, taken, shared })
      }
      const place = { name: taken.take(name), offset: bit >> 3, note: '', shared }
      if (bitSize === 0) return [{ ...place, shape: this.of(type, depth + 1) }]
      if (bitSize > 48) return []
      const signed = (resolved.kind === 'int' || resolved.kind === 'enum') && resolved.signed
      return [{ ...place, shape: { type: 'number', codec: `c.bits(${bit & 7}, ${bitSize}, { signed: ${signed} })` } }]
    })
    const [first, ...others] = fields
    if (kind !== 'union' || first === undefined) return fields
    const names = inComment(fields.map(({ name }) => name).join(', '))
    return [{ ...first, note: `  /** ${names} share their bytes: all are read, any may be left out. */\n` }, ...others]
  }
}

/** Where members stand. */
interface Within {
  /** In bits. */
  readonly from: number
  readonly depth: number
  /** In a union. */
  readonly shared: boolean
  /** Names of the struct's members so far. */
  readonly taken?: Names
}

function isKptr(btf: Btf, id: BtfId): boolean {
  const type = btf.type(id)
  if (type.kind !== 'ptr') return false
  const tag = btf.type(type.type)
  return tag.kind === 'type_tag' && /^(?:kptr|percpu_kptr|uptr)/.test(tag.name)
}

const number = (size: number, { signed }: { readonly signed: boolean }): Shape => ({
  type: size === 8 ? 'bigint' : 'number',
  codec: `c.${signed ? 's' : 'u'}${8 * size}`,
})

export const bytesOf = (size: number): Shape => ({ type: 'Uint8Array', codec: `c.bytes(${size})` })

/** Constants of enums, which programs and tests share. */
export function enumsOf(btf: Btf, names: Names): readonly string[] {
  const lines: string[] = []
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id)
    if ((type.kind !== 'enum' && type.kind !== 'enum64') || type.name === '' || type.values.length === 0) continue
    const values = type.values.map(({ name, value }) => `  ${key(name)}: ${value}${type.kind === 'enum64' ? 'n' : ''},`)
    lines.push(
      `/** enum ${inComment(type.name)} */`,
      `export const ${names.take(pascal(type.name))} = {`,
      ...values,
      '} as const',
      '',
    )
  }
  return lines
}
