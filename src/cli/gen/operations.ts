// SPDX-License-Identifier: Apache-2.0
// Structs of functions that programs implement (struct_ops), as interfaces of TypeScript: of an object's variables, of a module's declarations.
import { type Btf, type BtfId, pointee, resolveType, sizeOf } from '../../btf/index.ts'
import type { BpfObject } from '../../object/index.ts'
import { inComment, isIdentifier, key, type Names, pascal, reserved } from './text.ts'

/** How a pointer to a struct is given: an object of the application's, unless something better is known. */
export type SpellStruct = (struct: string, id: BtfId) => string

/** The lines of one interface: each function as the application calls it, each value as it reads it. */
export function operationsInterface(btf: Btf, struct: BtfId, name: string, options: OperationOptions = {}): string[] {
  const { spellStruct = () => 'object', parameterName = (_, own) => own, nullable = false } = options
  const type = btf.type(struct)
  if (type.kind !== 'struct') return []
  const lines = type.members.flatMap(({ name: member, type: id }): string[] => {
    if (member === '') return []
    const target = pointee(btf, id)
    const proto = target === undefined ? undefined : resolveType(btf, target)
    if (proto?.kind !== 'func_proto') return [`  readonly ${key(member)}: ${valueType(btf, id)}`]
    const params = proto.params.map((param, i) => {
      const full = parameterName(member, param.name, i)
      const bare = full.replace(/(?<=.)__[a-z_]+$/, '')
      const spelt = parameterType(btf, param.type, { spellStruct, nullable: nullable || full.endsWith('__nullable') })
      return `${isIdentifier(bare) && !reserved.has(bare) ? bare : `arg${i + 1}`}: ${spelt}`
    })
    return [`  ${key(member)}(${params.join(', ')}): ${answerType(btf, proto.ret, spellStruct)}`]
  })
  return [
    `/** struct ${inComment(type.name)}: operations that programs implement. */`,
    `export interface ${name} {`,
    ...lines,
    '}',
  ]
}

export interface OperationOptions {
  readonly spellStruct?: SpellStruct
  /** Prototypes do not say what may be NULL: anything may. */
  readonly nullable?: boolean
  /** The parameter's name with its annotations, where it stands elsewhere. */
  readonly parameterName?: (member: string, own: string, index: number) => string
}

const numberType = (btf: Btf, id: BtfId): string => {
  const type = resolveType(btf, id)
  if (type.kind === 'int' && type.bool) return 'boolean'
  return (sizeOf(btf, id) ?? 4) > 4 ? 'bigint' : 'number'
}

function valueType(btf: Btf, id: BtfId): string {
  const type = resolveType(btf, id)
  if (type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64') return numberType(btf, id)
  const element = type.kind === 'array' ? resolveType(btf, type.type) : undefined
  return element?.kind === 'int' && element.name === 'char' ? 'string' : 'Uint8Array'
}

function parameterType(
  btf: Btf,
  id: BtfId,
  { spellStruct, nullable }: { readonly spellStruct: SpellStruct; readonly nullable: boolean },
): string {
  const type = resolveType(btf, id)
  if (type.kind !== 'ptr') return numberType(btf, id) === 'bigint' ? 'bigint | number' : numberType(btf, id)
  const target = resolveType(btf, type.type)
  if (target.kind !== 'struct' && target.kind !== 'union') return 'Uint8Array | string | null'
  return nullable ? `${spellStruct(target.name, target.id)} | null` : spellStruct(target.name, target.id)
}

function answerType(btf: Btf, id: BtfId, spellStruct: SpellStruct): string {
  const type = resolveType(btf, id)
  if (type.kind === 'void') return 'void'
  if (type.kind !== 'ptr') return numberType(btf, id)
  const target = resolveType(btf, type.type)
  return target.kind === 'struct' || target.kind === 'union'
    ? `${spellStruct(target.name, target.id)} | null`
    : 'object | null'
}

export interface Operations {
  readonly variable: string
  readonly section: string
  readonly name: string
  readonly lines: readonly string[]
}

/** Of an object's struct_ops variables; interfaces of one struct are one. */
export function operationsOf(object: BpfObject, btf: Btf, names: Names): readonly Operations[] {
  const known = new Map<number, string>()
  return object.structOps.map(({ map, typeId, typeName }) => {
    const { name: variable, section } = object.maps[map]!
    const before = known.get(typeId)
    const name = before ?? names.take(pascal(typeName))
    known.set(typeId, name)
    const lines = before === undefined ? operationsInterface(btf, typeId, name, { nullable: true }) : []
    return { variable, section, name, lines }
  })
}

/** The interfaces, and that of the variables. */
export const operationLines = (operations: readonly Operations[]): readonly string[] =>
  operations.length === 0
    ? []
    : [
        ...operations.flatMap(({ lines }) => lines),
        'export interface Operations {',
        ...operations.flatMap(({ variable, section, name }) => [
          `  /** SEC(${inComment(JSON.stringify(section))}) */`,
          `  readonly ${key(variable)}: StructOps<${name}>`,
        ]),
        '}',
      ]
