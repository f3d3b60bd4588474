// SPDX-License-Identifier: Apache-2.0
// Special fields of map values and of objects that programs allocate: locks, timers, kptrs, list heads and nodes, tree roots and nodes.
// kfuncs.rst and graph_ds_impl.rst describe their use. A type's record is found once and kept; a type whose fields do not go together
// has none, and why not is kept beside it.
import { type Btf, type BtfId, type BtfType, skipModifiersAndTypedefs } from '../../btf/index.ts'
import { remembered, rememberedOfBoth } from '../../fault/index.ts'
import { type LinkGate, linkGates } from '../link-gates.ts'
import type { LinkTarget } from '../types.ts'
import { fieldsOf } from './find.ts'
import { settleFields } from './settle.ts'
import type { BtfRecord, FieldKind, FoundRecord, KernelTypes, RecordUse, SpecialField } from './types.ts'

export type { BtfRecord, FieldKind, FoundRecord, KernelTypes, RecordFault, SpecialField } from './types.ts'

/** Kinds newer than 6.12, and the gate that brought each. */
const laterFields: readonly { readonly kind: FieldKind; readonly gate: LinkGate }[] = [
  { kind: 'bpf_res_spin_lock', gate: linkGates.resilientLocks },
  { kind: 'bpf_task_work', gate: linkGates.taskWork },
  { kind: 'uptr', gate: linkGates.userPointers },
]

const everywhere: readonly FieldKind[] = [
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'kptr',
  'kptr_ref',
  'kptr_percpu',
  'bpf_list_head',
  'bpf_rb_root',
  'bpf_refcount',
]
/** What is looked for: others are ordinary structs there, whatever their name. */
const lookedFor: Readonly<Record<RecordUse, ReadonlySet<FieldKind>>> = {
  map: new Set([...everywhere, 'bpf_timer', 'bpf_wq', 'bpf_task_work', 'uptr']),
  object: new Set([...everywhere, 'bpf_list_node', 'bpf_rb_node']),
}
const isLater = new Set(laterFields.map(({ kind }) => kind))

/** What of a kernel the records of special fields depend on. */
export const kernelTypes = remembered((kernel: LinkTarget): KernelTypes => {
  const { btf, modules, destructors } = kernel
  const gate = (name: LinkGate): boolean => kernel.gate?.(name) === true
  return {
    btfs: [btf, ...modules],
    destructors,
    tagsAnywhere: gate(linkGates.tagsAnywhere),
    later: new Set(laterFields.flatMap((field) => (gate(field.gate) ? [field.kind] : []))),
  }
})

/** The kinds that a kernel looks for. */
const kindsOf = (use: RecordUse, { later }: KernelTypes): ReadonlySet<FieldKind> =>
  new Set([...lookedFor[use]].filter((kind) => !isLater.has(kind) || later.has(kind)))

/** The special fields of an object of this type that a program allocates, or of a struct that it finds in a list, a tree or a kptr. */
export const recordOf = (btf: Btf, id: BtfId, kernel: KernelTypes): BtfRecord =>
  kernel.btfs.includes(btf) ? noRecord : found(btf, id, 'object', kernel).record

/** The special fields of a map's values: a struct, or a section of global variables. */
export const mapRecord = (btf: Btf, id: BtfId, kernel: KernelTypes): FoundRecord => found(btf, id, 'map', kernel)

/** The record of a struct, as the kernel makes one for each struct of a program's BTF with special fields right in it. */
export const objectRecord = (btf: Btf, id: BtfId, kernel: KernelTypes): FoundRecord => found(btf, id, 'object', kernel)

/** By kernel, since what kptrs point at depends on it, and section; then by use and type. */
const knownOf = rememberedOfBoth((_kernel: KernelTypes, _btf: Btf) => ({
  map: new Map<BtfId, FoundRecord>(),
  object: new Map<BtfId, FoundRecord>(),
}))

function found(btf: Btf, id: BtfId, use: RecordUse, kernel: KernelTypes): FoundRecord {
  const known = knownOf(kernel, btf)[use]
  let answer = known.get(id)
  if (answer === undefined) {
    answer = find(btf, id, use, kernel)
    known.set(id, answer)
  }
  return answer
}

function find(btf: Btf, id: BtfId, use: RecordUse, kernel: KernelTypes): FoundRecord {
  const type = btf.type(use === 'map' ? skipModifiersAndTypedefs(btf, id) : id)
  if (type.kind !== 'struct' && type.kind !== 'datasec') return { record: noRecord }
  if (use === 'object' && !isSpecial(btf, type, kernel)) return { record: noRecord }
  const { later, tagsAnywhere } = kernel
  const fields = fieldsOf(btf, type, { kinds: kindsOf(use, kernel), userPointers: later.has('uptr'), tagsAnywhere })
  if ('errno' in fields) return { record: noRecord, fault: fields }
  if (fields.length === 0 && use === 'object')
    return { record: noRecord, fault: { errno: -14, why: `no field of struct ${type.name} is one that can be used` } }
  const settled = settleFields(fields, { btf, type, kernel })
  return 'errno' in settled ? { record: noRecord, fault: settled } : { record: makeRecord(settled) }
}

/** Structs that make a struct special in which one stands as a member: the first of each name. */
const specialStructs = ['bpf_spin_lock', 'bpf_list_head', 'bpf_list_node', 'bpf_rb_root', 'bpf_rb_node', 'bpf_refcount']
const specialIds = new WeakMap<Btf, ReadonlySet<BtfId>>()

/** Has the struct a lock, node, root, count or kptr for a member, and not only in what is nested in it? */
function isSpecial(btf: Btf, type: BtfType, kernel: KernelTypes): boolean {
  if (type.kind !== 'struct') return false
  let special = specialIds.get(btf)
  if (special === undefined) {
    special = new Set([...specialStructs, 'bpf_res_spin_lock'].flatMap((name) => btf.find(name, 'struct') ?? []))
    specialIds.set(btf, special)
  }
  const later = kernel.later.has('bpf_res_spin_lock')
  return type.members.some(
    (member) =>
      (special.has(member.type) && (later || btf.type(member.type).name !== 'bpf_res_spin_lock')) ||
      isKptr(btf, member.type),
  )
}

/** A pointer that carries one kptr tag, to a struct that is defined. */
function isKptr(btf: Btf, id: BtfId): boolean {
  let type = btf.type(id)
  if (type.kind === 'volatile') type = btf.type(type.type)
  const tag = type.kind === 'ptr' ? btf.type(type.type) : undefined
  if (tag?.kind !== 'type_tag' || !kptrNames.has(tag.name) || btf.type(tag.type).kind === 'type_tag') return false
  return btf.type(skipModifiersAndTypedefs(btf, tag.type)).kind === 'struct'
}
const kptrNames: ReadonlySet<string> = new Set(['kptr', 'kptr_untrusted', 'percpu_kptr'])

function makeRecord(fields: readonly SpecialField[]): BtfRecord {
  const offOf = (kind: FieldKind): number => fields.find((field) => field.kind === kind)?.off ?? -1
  const lockOff = offOf('bpf_spin_lock')
  const resLockOff = offOf('bpf_res_spin_lock')
  return {
    fields,
    lockOff,
    resLockOff,
    hasLock: lockOff >= 0 || resLockOff >= 0,
    refcountOff: offOf('bpf_refcount'),
    at: (off) => fields.find((field) => field.off === off),
    has: (kind) => fields.some((field) => field.kind === kind),
  }
}
export const noRecord: BtfRecord = makeRecord([])
