// SPDX-License-Identifier: Apache-2.0
// C types of an object, by its BTF, as types of TypeScript and as codecs of kfuncs/runtime.
import { type Btf, type BtfId, type BtfMember, resolveType, sizeOf } from '../../btf/index.ts'
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
    if (type.kind !== 'struct') return bytesOf(0)
    const known = this.byId.get(type.id)
    if (known !== undefined) return known
    const fields = this.fieldsOf(type.members, 0, depth)
    // the typedef's name, where the struct has none
    const cName = type.name === '' ? btf.type(id).name : type.name
    const body = fields.map(({ name, shape, note }) => `${note}  ${key(name)}: ${shape.type}`)
    const codecs = fields.map(({ name, shape, offset }) => `  ${key(name)}: [${offset}, ${shape.codec}],`)
    if (cName === '') {
      const inline = fields.map(({ name, shape }) => `${key(name)}: ${shape.type}`).join('; ')
      const shape = { type: `{ ${inline} }`, codec: '' }
      const codec = `c.struct<${shape.type}>(${type.size}, { ${codecs.map((line) => line.trim()).join(' ')} })`
      return { ...shape, codec }
    }
    const name = this.names.take(pascal(cName))
    const shape = { type: name, codec: name }
    this.byId.set(type.id, shape)
    this.named.set(cName, name)
    this.definitions.push(
      [
        `/** struct ${inComment(cName)} */`,
        `export interface ${name} {`,
        ...body,
        '}',
        `export const ${name}: Codec<${name}> = c.struct<${name}>(${type.size}, {`,
        ...codecs,
        '})',
      ].join('\n'),
    )
    return shape
  }

  /** Members of anonymous structs are the struct's own, as in C. */
  private fieldsOf(members: readonly BtfMember[], from: number, depth: number): Field[] {
    const { btf } = this
    const taken = new Names()
    return members.flatMap(({ name, type, bitOffset, bitSize }): Field[] => {
      const bit = from + bitOffset
      const resolved = resolveType(btf, type)
      if (resolved.kind === 'struct' && kernels.has(resolved.name)) return []
      if (isKptr(btf, type)) return []
      if (name === '' && resolved.kind === 'struct')
        return depth > DEEPEST ? [] : this.fieldsOf(resolved.members, bit, depth + 1)
      if (name === '' && resolved.kind !== 'union') return []
      const offset = bit >> 3
      if (bitSize !== 0) {
        const signed = (resolved.kind === 'int' || resolved.kind === 'enum') && resolved.signed
        if (bitSize > 48) return []
        const codec = `c.bits(${bit & 7}, ${bitSize}, { signed: ${signed} })`
        return [{ name: taken.take(name), shape: { type: 'number', codec }, offset, note: '' }]
      }
      const isUnion = resolved.kind === 'union'
      const note = isUnion ? `  /** union of ${resolved.members.map((one) => inComment(one.name)).join(', ')} */\n` : ''
      return [
        { name: taken.take(name === '' ? `union_${offset}` : name), shape: this.of(type, depth + 1), offset, note },
      ]
    })
  }
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
