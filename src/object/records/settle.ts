// SPDX-License-Identifier: Apache-2.0
// What special fields point at, once they are found, and whether those of one type go together: kfuncs.rst "destructor kfuncs",
// graph_ds_impl.rst.
import type { Btf, BtfId, BtfStruct } from '../../btf/index.ts'
import { type BtfDatasec, firstStruct, type FoundField } from './find.ts'
import type { FieldKind, KernelTypes, RecordFault, SpecialField } from './types.ts'

interface Within {
  /** The program's types. */
  readonly btf: Btf
  readonly type: BtfStruct | BtfDatasec
  readonly kernel: KernelTypes
}

/** The fields as the verifier uses them, by offset; or what is wrong with them. */
export function settleFields(found: readonly FoundField[], within: Within): readonly SpecialField[] | RecordFault {
  const fields: SpecialField[] = []
  let end = 0
  for (const field of found) {
    if (field.off + field.size > within.type.size)
      return { errno: -14, why: `${field.where} ends beyond what it is part of` }
    if (field.off < end) return { errno: -17, why: `${field.where} overlaps another special field` }
    end = field.off + field.size
    const settled = settle(field, within)
    if ('errno' in settled) return settled
    fields.push(settled)
  }
  const wrong = togetherFault(new Set(fields.map(({ kind }) => kind)))
  if (wrong !== undefined) return { errno: -22, why: wrong }
  return fields.sort((a, b) => a.off - b.off)
}

function settle(field: FoundField, within: Within): SpecialField | RecordFault {
  const { kind, off, size } = field
  const plain = { kind, off, size, btf: undefined, btfId: 0, local: false, valueId: 0, nodeOff: 0, nodeName: '' }
  const more: Partial<SpecialField> | RecordFault = nodes.has(kind)
    ? root(field, within)
    : pointers.has(kind)
      ? pointee(field, within)
      : {}
  return 'errno' in more ? more : { ...plain, ...more }
}
const pointers: ReadonlySet<FieldKind> = new Set(['kptr', 'kptr_ref', 'kptr_percpu', 'uptr'])

type Pointee = Pick<SpecialField, 'btf' | 'btfId' | 'local'>

/** A kptr points at the kernel's struct of that name, and only where there is none at one of the program's own. */
function pointee({ kind, target, where }: FoundField, { btf, kernel }: Within): Pointee | RecordFault {
  const { name } = btf.type(target)
  for (const candidate of kernel.btfs) {
    const found = firstStruct(candidate, name)
    if (found === undefined) continue
    const owned = kind !== 'kptr_ref' || kernel.destructors.some((d) => d.btf === candidate && d.struct === found)
    if (owned) return { btf: candidate, btfId: found, local: false }
    return {
      errno: -2,
      why: `${where}: no kfunc of this kernel is registered to destroy a struct ${name}, so no map can own one`,
    }
  }
  return { btf, btfId: target, local: true }
}

const nodes: ReadonlyMap<FieldKind, string> = new Map([
  ['bpf_list_head', 'bpf_list_node'],
  ['bpf_rb_root', 'bpf_rb_node'],
])
const NODE_ALIGN = 8

type Root = Pick<SpecialField, 'valueId' | 'nodeOff' | 'nodeName'>

function root({ kind, target, nodeName, where }: FoundField, { btf }: Within): Root | RecordFault {
  const owner = btf.type(target)
  const members = owner.kind === 'struct' ? owner.members.filter(({ name }) => name === nodeName) : []
  const [member] = members
  const at = `${where}: '${nodeName}' of struct ${owner.name}`
  if (member === undefined) return { errno: -2, why: `${where}: struct ${owner.name} has no field '${nodeName}'` }
  if (members.length > 1) return { errno: -22, why: `${at} is there twice` }
  const type = btf.type(member.type)
  const node = nodes.get(kind)!
  if (type.kind !== 'struct' || type.name !== node) return { errno: -22, why: `${at} is not a struct ${node}` }
  const nodeOff = member.bitOffset / 8
  if (nodeOff % NODE_ALIGN !== 0) return { errno: -22, why: `${at} is not aligned` }
  return { valueId: target as BtfId, nodeOff, nodeName }
}

function togetherFault(kinds: ReadonlySet<FieldKind>): string | undefined {
  const locks = [kinds.has('bpf_spin_lock'), kinds.has('bpf_res_spin_lock')]
  if (locks.every(Boolean)) return 'bpf_spin_lock and bpf_res_spin_lock exclude each other'
  const contents = (['bpf_list_head', 'bpf_rb_root'] as const).find((kind) => kinds.has(kind))
  if (contents !== undefined && !locks.some(Boolean)) return `a ${contents} needs a bpf_spin_lock beside it`
  // what is in a list and a tree at once is told apart by its count
  if (kinds.has('bpf_list_node') && kinds.has('bpf_rb_node') && !kinds.has('bpf_refcount'))
    return 'bpf_list_node and bpf_rb_node together need a bpf_refcount'
  return undefined
}
