// SPDX-License-Identifier: Apache-2.0
// Rules about struct_ops of one's own: what the kernel asks of a struct when it is registered (bpf_struct_ops_desc_init and
// prepare_arg_info of kernel/bpf/bpf_struct_ops.c, 6.12), and names that lead nowhere.
import type { CMember, CRecord } from '../../cdecl/index.ts'
import { type Draft, type Finding, type ModuleRule, nearest } from './rule.ts'
import { memberFunction, structIn, stubOf } from './struct-ops.ts'
import type { StructOpsDefinition } from './types.ts'

const registering = 'kernel/bpf/bpf_struct_ops.c of 6.12, on registration'
/** BPF_STRUCT_OPS_MAX_NR_MEMBERS. */
const MOST_MEMBERS = 64
/** MAX_BPF_FUNC_ARGS. */
const MOST_ARGUMENTS = 12
/** What a struct may be called: VALUE_PREFIX and its name are a name of BTF's, of 128 bytes with its end. */
const LONGEST_NAME = 127 - 'bpf_struct_ops_'.length

const declared = ({ definition }: Draft): readonly (readonly [string, StructOpsDefinition])[] =>
  Object.entries(definition.structOps ?? {})

/** The structs that the text defines. */
const defined = (draft: Draft): readonly (readonly [string, StructOpsDefinition, CRecord])[] =>
  declared(draft).flatMap(([name, definition]) => {
    const struct = structIn(draft.unit, name)
    return struct === undefined ? [] : [[name, definition, struct] as const]
  })

const structIsDefined: ModuleRule = {
  name: 'struct-ops-is-defined',
  sentence: 'Cannot find struct %s',
  source: registering,
  *check(draft) {
    const structs = draft.unit.declarations.flatMap(({ kind, name }) => (kind === 'tag' ? [name] : []))
    for (const [name] of declared(draft)) {
      if (name.length > LONGEST_NAME)
        yield { what: `the name of struct_ops struct ${name.slice(0, 40)}… is too long`, place: draft.place }
      if (structIn(draft.unit, name) !== undefined) continue
      const near = nearest(name, structs)
      yield {
        what: `structOps names struct ${name}, which the C text does not define`,
        place: draft.place,
        ...(near === undefined ? {} : { help: `did you mean ${near}?` }),
      }
    }
  },
}

const membersFit: ModuleRule = {
  name: 'struct-ops-members-fit',
  sentence: 'anon member in struct %s is not supported; bit field member %s in struct %s is not supported',
  source: registering,
  *check(draft) {
    for (const [name, , { members, place }] of defined(draft)) {
      if (members.length > MOST_MEMBERS)
        yield { what: `struct ${name} has ${members.length} members: more than ${MOST_MEMBERS}`, place }
      for (const member of members) {
        if (member.name === '') yield { what: `struct ${name} has a member without a name`, place: member.place }
        if (member.bits !== undefined)
          yield { what: `member ${member.name} of struct ${name} is a bit field`, place: member.place }
      }
    }
  },
}

const prototypesFit: ModuleRule = {
  name: 'struct-ops-prototype-fits',
  sentence: 'Error in parsing func ptr %s in struct %s',
  source: registering,
  *check(draft) {
    for (const [name, , { members }] of defined(draft))
      for (const member of members) {
        const type = memberFunction(draft.unit, member)
        if (type === undefined) continue
        const wrong = (what: string): Finding => ({ what: `${name}.${member.name} ${what}`, place: member.place })
        if (type.variadic) yield wrong('takes any number of arguments')
        if (type.params.length > MOST_ARGUMENTS) yield wrong(`takes more than ${MOST_ARGUMENTS} arguments`)
        const kind = draft.shape(type.ret).kind
        if (kind === 'struct' || kind === 'wide') yield wrong('returns more than a register holds')
        for (const param of type.params)
          if (draft.shape(param.type).kind === 'wide') yield wrong(`takes ${param.name}, which no register holds`)
      }
  },
}

const nullableIsPointer: ModuleRule = {
  name: 'struct-ops-nullable-is-pointer',
  sentence: 'stub function %s has %s tagging to an unsupported type',
  source: registering,
  *check(draft) {
    for (const [name, , { members }] of defined(draft))
      for (const member of members)
        for (const param of stubOf(draft.unit, name, member)?.params ?? []) {
          const tag = /__(?:nullable|ref)$/.exec(param.name)?.[0]
          if (tag === undefined) continue
          const outer = draft.shape(param.type)
          if (outer.kind === 'pointer' && draft.shape(outer.to).kind === 'struct') continue
          yield { what: `${param.name} of ${name}.${member.name} is not a pointer to a struct`, place: param.place }
        }
  },
}

const stubsAgree: ModuleRule = {
  name: 'struct-ops-stub-agrees',
  sentence:
    'the number of arguments of the stub function %s does not match the number of arguments of the member %s of struct %s',
  source: registering,
  *check(draft) {
    for (const [name, , { members }] of defined(draft))
      for (const member of members) {
        const type = memberFunction(draft.unit, member)
        const stub = draft.functions.get(`${name}__${member.name}`)
        if (stub === undefined) continue
        if (type === undefined) yield { what: `${name}.${member.name} is not a function`, place: stub.place }
        else if (type.params.length !== stub.type.params.length)
          yield {
            what: `${stub.name} has ${stub.type.params.length} parameters, ${name}.${member.name} ${type.params.length}`,
            place: stub.place,
          }
      }
  },
}

const namesLead: ModuleRule = {
  name: 'struct-ops-names-members',
  sentence: '.check_member decides about each member, .btf_struct_access about each field',
  source: 'struct bpf_struct_ops, include/linux/bpf.h of 6.12',
  *check(draft) {
    for (const [name, { members: rows = {}, writes = {} }, struct] of defined(draft)) {
      const functions = struct.members.filter((member) => memberFunction(draft.unit, member) !== undefined)
      const names = functions.map((member: CMember) => member.name)
      for (const [member, { kfuncs = [] }] of Object.entries(rows)) {
        if (!names.includes(member)) {
          const near = nearest(member, names)
          yield {
            what: `struct ${name} has no function ${member}`,
            place: struct.place,
            ...(near === undefined ? {} : { help: `did you mean ${near}?` }),
          }
        }
        for (const kfunc of kfuncs)
          if (!draft.kfuncs.get(kfunc)?.registrations.some(({ types }) => types.includes('BPF_PROG_TYPE_STRUCT_OPS')))
            yield {
              what: `${name}.${member} may call ${kfunc}, which is not registered for BPF_PROG_TYPE_STRUCT_OPS`,
              place: struct.place,
              help: `register: { BPF_PROG_TYPE_STRUCT_OPS: ['${kfunc}'] }`,
            }
      }
      for (const [written, fields] of Object.entries(writes)) yield* missingFields(draft, struct, written, fields)
    }
  },
}

/** Fields of the kernel's structs are found when the module is put on one. */
function* missingFields(
  { unit }: Draft,
  { place }: CRecord,
  written: string,
  fields: readonly string[] | '*',
): Iterable<Finding> {
  const target = structIn(unit, written)
  if (target === undefined || fields === '*') return
  for (const path of fields) {
    const first = path.split('.')[0]!
    if (target.members.some(({ name }) => name === first)) continue
    yield { what: `writes names ${written}.${path}, which the C text does not have`, place }
  }
}

export const structOpsRules: readonly ModuleRule[] = [
  structIsDefined,
  membersFit,
  prototypesFit,
  nullableIsPointer,
  stubsAgree,
  namesLead,
]
