// SPDX-License-Identifier: Apache-2.0
// Special fields of map values and allocated objects: locks, timers, kptrs, list heads and nodes, tree roots and nodes.
// kfuncs.rst and graph_ds_impl.rst describe their use; a struct's record is found once and cached.

import { type Btf, type BtfId, type BtfType, skipModifiers, skipModifiersAndTypedefs, sizeOf } from '../btf/index.ts'

import type { GateName } from '../kernel/index.ts'
import type { Destructor } from '../kfunc/index.ts'

export type FieldKind =
  | 'bpf_spin_lock'
  | 'bpf_timer'
  | 'bpf_wq'
  | 'kptr'
  | 'kptr_ref'
  | 'kptr_percpu'
  /** A root whose contents are not what its tag says: the whole record is worth nothing. */
  | 'broken'
  | 'bpf_list_head'
  | 'bpf_list_node'
  | 'bpf_rb_root'
  | 'bpf_rb_node'
  | 'bpf_refcount'
  | 'bpf_res_spin_lock'
  | 'bpf_task_work'
  | 'uptr'

export interface SpecialField {
  readonly kind: FieldKind
  readonly off: number
  readonly size: number
  /** kptr: what is pointed at. In the kernel's BTF, or the program's own for allocated objects (`local`). */
  readonly btf: Btf | undefined
  readonly btfId: BtfId
  readonly local: boolean
  /** list head, tree root: struct of the node's container, and where in it the node lies. */
  readonly valueId: BtfId
  readonly nodeOff: number
  readonly nodeName: string
}

/** What kptr fields may point at, and which of those can be owned by a map. kfuncs.rst "destructor kfuncs". */
export interface KernelTypes {
  readonly btfs: readonly Btf[]
  readonly destructors: readonly Destructor[]
  /** Kinds that came after 6.12 and this kernel has. */
  readonly later: ReadonlySet<FieldKind>
}

export interface BtfRecord {
  readonly fields: readonly SpecialField[]
  /** bpf_spin_lock, -1 where there is none. */
  readonly lockOff: number
  readonly resLockOff: number
  /** Either of them: what holds it is told apart by its id. */
  readonly hasLock: boolean
  readonly refcountOff: number
  at(off: number): SpecialField | undefined
  has(kind: FieldKind): boolean
}

const named: Record<string, { kind: FieldKind; size: number }> = {
  bpf_spin_lock: { kind: 'bpf_spin_lock', size: 4 },
  bpf_timer: { kind: 'bpf_timer', size: 16 },
  bpf_wq: { kind: 'bpf_wq', size: 16 },
  bpf_list_head: { kind: 'bpf_list_head', size: 16 },
  bpf_list_node: { kind: 'bpf_list_node', size: 24 },
  bpf_rb_root: { kind: 'bpf_rb_root', size: 16 },
  bpf_rb_node: { kind: 'bpf_rb_node', size: 32 },
  bpf_refcount: { kind: 'bpf_refcount', size: 4 },
  bpf_res_spin_lock: { kind: 'bpf_res_spin_lock', size: 4 },
  bpf_task_work: { kind: 'bpf_task_work', size: 8 },
}
/** Kinds newer than 6.12, and the gate that brought each. */
export const laterFields: readonly { readonly kind: FieldKind; readonly gate: GateName }[] = [
  { kind: 'bpf_res_spin_lock', gate: 'resilient-spin-lock' },
  { kind: 'bpf_task_work', gate: 'task-work' },
  { kind: 'uptr', gate: 'user-pointers' },
]
const isLater = new Set(laterFields.map(({ kind }) => kind))
const kptrTags: Record<string, FieldKind> = {
  kptr_untrusted: 'kptr',
  kptr: 'kptr_ref',
  percpu_kptr: 'kptr_percpu',
  uptr: 'uptr',
}

/** By the list of kernel sections (what kptrs point at depends on them), then by section and type. */
const cache = new WeakMap<KernelTypes, Map<Btf, Map<number, BtfRecord>>>()

/** The special fields of a struct or datasec; kptr targets resolve against `kernel` first, then the program's own BTF. */
export function recordOf(btf: Btf, id: BtfId, kernel: KernelTypes): BtfRecord {
  let perKernel = cache.get(kernel)
  if (perKernel === undefined) {
    perKernel = new Map()
    cache.set(kernel, perKernel)
  }
  let perBtf = perKernel.get(btf)
  if (perBtf === undefined) {
    perBtf = new Map()
    perKernel.set(btf, perBtf)
  }
  const known = perBtf.get(id)
  if (known !== undefined) return known
  const fields: SpecialField[] = []
  const type = btf.type(skipModifiersAndTypedefs(btf, id))
  if (type.kind === 'struct' || type.kind === 'union') collectStruct(btf, type, 0, kernel, fields, 0)
  else if (type.kind === 'datasec') {
    for (const entry of type.entries) {
      const variable = btf.type(entry.type)
      if (variable.kind === 'var') collectAt(btf, variable.type, -1, entry.offset, kernel, fields, 0, entry.type)
    }
  }
  fields.sort((a, b) => a.off - b.off)
  const record = makeRecord(isWhole(fields) ? fields : [])
  perBtf.set(id, record)
  return record
}

/** Roots without a lock beside them, or with broken tags, make the kernel refuse the record. */
function isWhole(fields: readonly SpecialField[]): boolean {
  if (fields.some((field) => field.kind === 'broken')) return false
  if (fields.length > MAX_FIELDS) return false
  const count = (kind: FieldKind): number => fields.filter((field) => field.kind === kind).length
  if (single.some((kind) => count(kind) > 1)) return false
  // what is in a list and a tree at once is told apart by its count
  if (count('bpf_list_node') > 0 && count('bpf_rb_node') > 0 && count('bpf_refcount') === 0) return false
  const roots = fields.some((field) => field.kind === 'bpf_list_head' || field.kind === 'bpf_rb_root')
  const plain = fields.some((field) => field.kind === 'bpf_spin_lock')
  const resilient = fields.some((field) => field.kind === 'bpf_res_spin_lock')
  return plain ? !resilient : resilient || !roots
}

/** Fields of which there is at most one. */
const single: readonly FieldKind[] = ['bpf_spin_lock', 'bpf_timer', 'bpf_wq', 'bpf_refcount']

/** The kernel's BTF_FIELDS_MAX. */
const MAX_FIELDS = 11

const emptyRecord = makeRecord([])

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
export const noRecord: BtfRecord = emptyRecord

function collectStruct(
  btf: Btf,
  type: BtfType,
  at: number,
  kernel: KernelTypes,
  out: SpecialField[],
  depth: number,
): void {
  if ((type.kind !== 'struct' && type.kind !== 'union') || depth > 4) return
  type.members.forEach((member, index) => {
    if (member.bitOffset % 8 !== 0) out.push(broken(at))
    if (member.bitSize !== 0 || member.bitOffset % 8 !== 0) return
    collectAt(btf, member.type, index, at + member.bitOffset / 8, kernel, out, depth, type.id)
  })
}

/** What makes a record worth nothing: a member the kernel does not expect where it looks for fields. */
const broken = (off: number): SpecialField => ({
  kind: 'broken',
  off,
  size: 0,
  btf: undefined,
  btfId: 0 as BtfId,
  local: false,
  valueId: 0 as BtfId,
  nodeOff: 0,
  nodeName: '',
})

function collectAt(
  btf: Btf,
  id: BtfId,
  member: number,
  off: number,
  kernel: KernelTypes,
  out: SpecialField[],
  depth: number,
  parent: BtfId,
): void {
  if (out.length > 64) return
  // kptrs: PTR -> TYPE_TAG(kptr) -> ... -> struct
  const bare = btf.type(skipModifiers(btf, id))
  if (bare.kind === 'ptr') {
    const tag = btf.type(bare.type)
    if (tag.kind !== 'type_tag') return
    const kind = kptrTags[tag.name]
    if (kind === undefined || (isLater.has(kind) && !kernel.later.has(kind))) return
    const target = btf.type(skipModifiers(btf, tag.type))
    if (target.kind !== 'struct' && target.kind !== 'fwd') return
    for (const candidate of kernel.btfs) {
      const found = candidate.find(target.name, 'struct')
      if (found !== undefined) {
        // a field that owns an object must have someone to destroy it with the map
        const owns =
          kind !== 'kptr' &&
          kind !== 'uptr' &&
          !kernel.destructors.some((d) => d.btf === candidate && d.struct === found)
        out.push({
          kind: owns ? 'broken' : kind,
          off,
          size: 8,
          btf: candidate,
          btfId: found,
          local: false,
          valueId: 0 as BtfId,
          nodeOff: 0,
          nodeName: '',
        })
        return
      }
    }
    out.push({
      kind,
      off,
      size: 8,
      btf,
      btfId: target.id as BtfId,
      local: true,
      valueId: 0 as BtfId,
      nodeOff: 0,
      nodeName: '',
    })
    return
  }
  const type = btf.type(skipModifiersAndTypedefs(btf, id))
  if (type.kind === 'array') {
    const size = sizeOf(btf, type.type)
    if (size === undefined || size === 0 || type.count > 64) return
    for (let i = 0; i < type.count; i++)
      collectAt(btf, type.type, member, off + i * size, kernel, out, depth + 1, parent)
    return
  }
  if (type.kind !== 'struct' && type.kind !== 'union') return
  const special = named[type.name]
  if (special === undefined || (isLater.has(special.kind) && !kernel.later.has(special.kind)))
    return collectStruct(btf, type, off, kernel, out, depth + 1)
  let valueId = 0 as BtfId
  let nodeOff = 0
  let nodeName = ''
  if (special.kind === 'bpf_list_head' || special.kind === 'bpf_rb_root') {
    const contains = containsTag(btf, parent, member)
    const found = contains === undefined ? undefined : btf.find(contains.type, 'struct')
    const owner = found === undefined ? undefined : btf.type(found)
    const node = owner?.kind === 'struct' ? owner.members.find((m) => m.name === contains!.node) : undefined
    const wanted = special.kind === 'bpf_list_head' ? 'bpf_list_node' : 'bpf_rb_node'
    if (
      found === undefined ||
      node === undefined ||
      btf.type(skipModifiersAndTypedefs(btf, node.type)).name !== wanted
    ) {
      out.push({
        kind: 'broken',
        off,
        size: special.size,
        btf: undefined,
        btfId: 0 as BtfId,
        local: false,
        valueId,
        nodeOff,
        nodeName,
      })
      return
    }
    valueId = found
    nodeOff = node.bitOffset / 8
    nodeName = contains!.node
  }
  out.push({
    kind: special.kind,
    off,
    size: special.size,
    btf: undefined,
    btfId: 0 as BtfId,
    local: false,
    valueId,
    nodeOff,
    nodeName,
  })
}

/** `__contains(type, node)`: a decl tag `contains:type:node` on the member (component) or variable (-1). */
function containsTag(btf: Btf, owner: BtfId, component: number): { type: string; node: string } | undefined {
  for (const tag of btf.declTags(owner)) {
    if (tag.component !== component || !tag.name.startsWith('contains:')) continue
    const [, type, node] = tag.name.split(':')
    if (type !== undefined && node !== undefined) return { type, node }
  }
  return undefined
}
