// SPDX-License-Identifier: Apache-2.0
// A module over a kernel's types, or over none: its BTF, its kfuncs as the kernel would know them, its destructors.
import { type Btf, type BtfId, pointee, structOf } from '../../btf/index.ts'
import { cdeclToBtf } from '../../cdecl/index.ts'
import { attempt, FaultError, type Result } from '../../fault/index.ts'
import type { KfuncFlag } from '../flags.ts'
import { hookOfType, typesOfHook } from '../hooks.ts'
import { prototypeOf } from '../prototype.ts'
import type { Destructor, Kfunc, KfuncRegistration } from '../types.ts'
import { moduleFilter } from './define.ts'
import { withStructOps } from './struct-ops.ts'
import type { DeclaredKfunc, KfuncModule, LinkedModule } from './types.ts'

/** Gives the module's types ids: split BTF over `base`, or BTF of its own where there is none. */
export function linkModule(module: KfuncModule, base?: Btf): Result<LinkedModule> {
  return attempt({ file: module.unit.file }, () => {
    const unit = withStructOps(module.unit, [...module.structOps.keys()], base)
    const built = cdeclToBtf(unit, { name: module.name, ...(base === undefined ? {} : { base }) })
    if (!built.ok) throw new FaultError(built.fault.what, built.fault.place, built.fault.hint)
    const btf = built.value
    const kfuncs = withPartners([...module.kfuncs.values()].map((declared) => kfuncOf(declared, module, btf)))
    const destructors = [...module.dtors].map(([struct, kfunc]): Destructor => {
      const id = btf.find(struct, 'struct')
      if (id === undefined)
        throw new FaultError(`the destructor ${kfunc} is for struct ${struct}, which is not defined`)
      const body = module.bodies.get(kfunc)
      return { struct: id, btf, kfunc, ...(body === undefined ? {} : { body }) }
    })
    return { btf, kfuncs, destructors, structOps: module.structOps }
  })
}

function kfuncOf(declared: DeclaredKfunc, module: KfuncModule, btf: Btf): Kfunc {
  const { name, deprecated } = declared
  // A declaration with a flag that is none is refused (flag-is-known).
  const flags = declared.flags as ReadonlySet<KfuncFlag>
  const id = ownFunction(btf, name)
  const { params, ret } = prototypeOf(btf, id)
  const registrations = declared.registrations.flatMap(({ types, set, filter }): KfuncRegistration[] =>
    types.map((type) => {
      const hook = hookOfType(type)
      const own = filter === undefined ? undefined : moduleFilter(module, filter)
      const members = type === 'BPF_PROG_TYPE_STRUCT_OPS' ? memberFilter(module, name) : undefined
      const allows = members === undefined ? own : alsoBy(members, own)
      const by = filter ?? (members === undefined ? undefined : MEMBERS)
      return {
        set: set ?? module.name,
        hook,
        types: hook === undefined ? [type] : typesOfHook(hook),
        flags,
        ...(by === undefined ? {} : { filter: by }),
        ...(allows === undefined ? {} : { allows }),
      }
    }),
  )
  const body = module.bodies.get(name)
  const kfunc = { name, btf, btfId: id, params, ret, flags, module: module.name, registrations, deprecated }
  return body === undefined ? kfunc : { ...kfunc, body }
}

type Allows = NonNullable<KfuncRegistration['allows']>

/** What the filter is called that follows from the `kfuncs` of members. */
const MEMBERS = 'kfuncs of struct_ops members'

/** Members that list their kfuncs let no others be called; undefined: no struct of the module's has such a member. */
function memberFilter({ structOps }: KfuncModule, kfunc: string): Allows | undefined {
  const lists = [...structOps].flatMap(([struct, { members = {} }]) =>
    Object.entries(members).flatMap(([member, { kfuncs }]) =>
      kfuncs === undefined ? [] : [[`${struct}.${member}`, kfuncs.includes(kfunc)] as const],
    ),
  )
  if (lists.length === 0) return undefined
  const listed = new Map(lists)
  return ({ structOps: ops }) => ops === undefined || (listed.get(`${ops.typeName}.${ops.member}`) ?? true)
}

const alsoBy =
  (first: Allows, second: Allows | undefined): Allows =>
  (program, call) =>
    first(program, call) && (second?.(program, call) ?? true)

/** Each KF_ACQUIRE with what releases the struct that it returns, each KF_RELEASE with what acquires what it takes. */
function withPartners(kfuncs: readonly Kfunc[]): Kfunc[] {
  const structs = (types: readonly BtfId[], { btf }: Kfunc): readonly string[] =>
    types.flatMap((type) => {
      const target = pointee(btf, type)
      return target === undefined ? [] : (structOf(btf, target)?.name ?? [])
    })
  const acquires = kfuncs
    .filter(({ flags }) => flags.has('KF_ACQUIRE'))
    .map((kfunc) => ({ name: kfunc.name, structs: structs([kfunc.ret], kfunc) }))
  const releases = kfuncs
    .filter(({ flags }) => flags.has('KF_RELEASE'))
    .map((kfunc) => ({
      name: kfunc.name,
      structs: structs(
        kfunc.params.map(({ type }) => type),
        kfunc,
      ),
    }))
  return kfuncs.map((kfunc): Kfunc => {
    const role = kfunc.flags.has('KF_ACQUIRE') ? 'acquire' : 'release'
    const [own, others] = role === 'acquire' ? [acquires, releases] : [releases, acquires]
    const mine = own.find(({ name }) => name === kfunc.name)?.structs ?? []
    const names = others
      .filter((each) => each.name !== kfunc.name && each.structs.some((struct) => mine.includes(struct)))
      .map(({ name }) => name)
    return names.length === 0 ? kfunc : { ...kfunc, partner: { kind: 'reference', role, names } }
  })
}

/** The module's own function, not the base's of the same name. */
function ownFunction(btf: Btf, name: string): number {
  const id = btf.findAll(name).find((each) => each >= btf.firstId && btf.type(each).kind === 'func')
  if (id === undefined) throw new FaultError(`the module's BTF has no function ${name}`)
  return id
}
