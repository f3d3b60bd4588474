// SPDX-License-Identifier: Apache-2.0
// struct_ops of one's own: what the kernel's BTF has of a struct_ops struct besides the struct itself, as declarations of the module's
// text. bpf_struct_ops_NAME is the map's value, and the function NAME__MEMBER (a stub) says by its parameters' suffixes what may be NULL.
import type { CDeclaration, CFunction, CMember, CRecord, CType, CUnit } from '../../cdecl/index.ts'
import type { Btf } from '../../btf/index.ts'
import type { Place } from '../../fault/index.ts'

type FunctionType = Extract<CType, { kind: 'function' }>

/** The struct's definition in the text. */
export function structIn(unit: CUnit, name: string): CRecord | undefined {
  for (const { kind, type } of unit.declarations)
    if (kind === 'tag' && type.kind === 'record' && type.tag === 'struct' && type.name === name && type.definition)
      return type.definition
  return undefined
}

/** The prototype of a member that is a pointer to a function; undefined: it is none. */
export function memberFunction(unit: CUnit, { type }: Pick<CMember, 'type'>): FunctionType | undefined {
  const outer = bare(unit, type)
  const inner = outer?.kind === 'pointer' ? bare(unit, outer.to) : undefined
  return inner?.kind === 'function' ? inner : undefined
}

/** Below qualifiers, tags and the text's own typedefs. */
function bare(unit: CUnit, start: CType): CType | undefined {
  let type = start
  for (let steps = 0; steps < 200; steps++) {
    if (type.kind === 'qualified' || type.kind === 'tagged') type = type.of
    else if (type.kind === 'name') {
      const { name } = type
      const found = unit.declarations.find((each) => each.kind === 'typedef' && each.name === name)
      if (found === undefined) return type
      type = found.type
    } else return type
  }
  return undefined
}

/** The prototype that says what a member's program is given: the stub's, where the text declares one. */
export function stubOf(unit: CUnit, struct: string, member: CMember): FunctionType | undefined {
  const declared = unit.declarations.find(
    (each): each is CFunction => each.kind === 'function' && each.name === `${struct}__${member.name}`,
  )
  return declared?.type ?? memberFunction(unit, member)
}

/** The text with what stands in a kernel's BTF beside its struct_ops structs. */
export function withStructOps(unit: CUnit, names: readonly string[], base: Btf | undefined): CUnit {
  if (names.length === 0) return unit
  const common = base?.find('bpf_struct_ops_common_value', 'struct') === undefined ? [commonValue(unit)] : []
  const more = names.flatMap((name) => {
    const struct = structIn(unit, name)
    if (struct === undefined) return []
    const stubs = struct.members.flatMap((member) => {
      const type = memberFunction(unit, member)
      const stub = `${name}__${member.name}`
      const isThere = unit.declarations.some((each) => each.kind === 'function' && each.name === stub)
      return type === undefined || isThere ? [] : [declarationOf(stub, type, member.place)]
    })
    return [valueStruct(struct), ...stubs]
  })
  return { ...unit, declarations: [...unit.declarations, ...common, ...more] }
}

const shared = { start: 0, end: 0, storage: [], attributes: [], doc: undefined } as const

const declarationOf = (name: string, type: FunctionType, place: Place): CDeclaration => ({
  ...shared,
  kind: 'function',
  name,
  place,
  type,
  body: undefined,
})

const tagOf = (definition: CRecord): CDeclaration => ({
  ...shared,
  kind: 'tag',
  name: definition.name,
  place: definition.place,
  type: { kind: 'record', tag: 'struct', name: definition.name, definition },
})

const recordOf = (name: string, members: readonly Omit<CMember, 'bits' | 'place'>[], place: Place): CRecord => ({
  tag: 'struct',
  name,
  packed: false,
  align: 0,
  place,
  members: members.map((member) => ({ ...member, bits: undefined, place })),
})

/** struct bpf_struct_ops_NAME of kernel/bpf/bpf_struct_ops.c: the struct begins a cache line. */
const valueStruct = ({ name, place }: CRecord): CDeclaration =>
  tagOf(
    recordOf(
      `bpf_struct_ops_${name}`,
      [
        { name: 'common', type: { kind: 'record', tag: 'struct', name: 'bpf_struct_ops_common_value' }, align: 0 },
        { name: 'data', type: { kind: 'record', tag: 'struct', name }, align: CACHE_LINE },
      ],
      place,
    ),
  )
const CACHE_LINE = 64

/** Where there is no kernel that has it: a count of references and the state. */
function commonValue({ file }: CUnit): CDeclaration {
  const word: CType = { kind: 'base', name: 'unsigned int' }
  return tagOf(
    recordOf(
      'bpf_struct_ops_common_value',
      [
        { name: 'refcnt', type: word, align: 0 },
        { name: 'state', type: word, align: 0 },
      ],
      { file },
    ),
  )
}
