// SPDX-License-Identifier: Apache-2.0
// A module built outside the kernel's tree brings a distilled base (.BTF.base): just the names and sizes of the kernel's types it uses.
// Here its split BTF is moved onto the real base: docs of pahole's distilled_base; Documentation/bpf/btf.rst ".BTF.base section".

import { attempt, FaultError, type Result } from '../fault/index.ts'
import { BtfBuilder, type NewBtfType } from './builder.ts'
import type { Btf, BtfId, BtfKind, BtfType } from './types.ts'

export interface RelocatedBtf {
  /** As it was: what ids written before the move are of. */
  readonly from: Btf
  readonly btf: Btf
  /** An id over the distilled base → the id over the real one. */
  idOf(id: BtfId): BtfId
}

/** `split` lies over a distilled base; the result over `base`. A type that `base` lacks is a fault. */
export function relocateBtf(split: Btf, base: Btf): Result<RelocatedBtf> {
  return attempt({ section: '.BTF.base', object: split.name }, () => {
    const distilled = split.base
    if (distilled === undefined) throw new FaultError('this BTF has no base of its own')
    const moved = new Map<BtfId, BtfId>([[0, 0]])
    for (let id = 1; id < distilled.count; id++) moved.set(id, counterpart(distilled.type(id), base))
    const shift = base.count - split.firstId
    const idOf = (id: BtfId): BtfId => (id >= split.firstId ? id + shift : (moved.get(id) ?? 0))
    const builder = new BtfBuilder({ base })
    for (let id = split.firstId as number; id < split.count; id++) builder.add(renumbered(split.type(id), idOf))
    return { from: split, btf: builder.build(split.name), idOf }
  })
}

function counterpart(type: BtfType, base: Btf): BtfId {
  const kinds = kindsFor(type)
  const found = base.findAll(type.name).filter((id) => kinds.includes(base.type(id).kind))
  const fitting = found.find((id) => sizesAgree(type, base.type(id)))
  if (fitting !== undefined) return fitting
  if (found.length > 0) throw new FaultError(`${type.kind} ${type.name} has another size in ${base.name}`)
  throw new FaultError(`${base.name} has no ${type.kind} ${type.name}`, {}, 'the module was built for another kernel')
}

/** What stands in for a type: the distilled base says of most structs only that they are there. */
function kindsFor(type: BtfType): readonly BtfKind[] {
  switch (type.kind) {
    case 'fwd':
      return type.union ? ['union', 'fwd'] : ['struct', 'fwd']
    case 'enum':
    case 'enum64':
      return ['enum', 'enum64']
    default:
      return [type.kind]
  }
}

function sizesAgree(type: BtfType, other: BtfType): boolean {
  if (!('size' in type) || !('size' in other) || type.size === other.size) return true
  return (type.kind === 'struct' || type.kind === 'union') && type.size === 0
}

/** The type with every id in it moved. */
function renumbered(type: BtfType, idOf: (id: BtfId) => BtfId): NewBtfType {
  switch (type.kind) {
    case 'void':
      throw new FaultError('void is not a type of a section')
    case 'array':
      return { ...type, type: idOf(type.type), index: idOf(type.index) }
    case 'struct':
    case 'union':
      return { ...type, members: type.members.map((member) => ({ ...member, type: idOf(member.type) })) }
    case 'func_proto':
      return {
        ...type,
        ret: idOf(type.ret),
        params: type.params.map((param) => ({ ...param, type: idOf(param.type) })),
      }
    case 'datasec':
      return { ...type, entries: type.entries.map((entry) => ({ ...entry, type: idOf(entry.type) })) }
    case 'int':
    case 'float':
    case 'enum':
    case 'enum64':
    case 'fwd':
      return type
    default:
      return { ...type, type: idOf(type.type) }
  }
}
