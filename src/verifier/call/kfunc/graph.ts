// SPDX-License-Identifier: Apache-2.0
// Lists and trees of allocated objects: roots in map values or held objects, nodes in objects, the lock beside the root held.
// graph_ds_impl.rst.

import type { KfuncMeta } from './meta.ts'
import { structIdsMatch } from '../../../btf/index.ts'
import { specialRole } from '../../../kfunc/index.ts'
import { structName } from '../../access/btf-pointer.ts'
import { constVar, hasVarOff } from '../../access/regions.ts'
import type { Walk } from '../../engine/walk.ts'
import type { SpecialField } from '../../program/records/record.ts'
import { violate } from '../../violations/raise.ts'
import type { KfuncArg } from '../../violations/row.ts'
import { ALLOC, NON_OWN, isMapValue, type RegState, regTypeText } from '../../state/reg.ts'
import type { Arg } from './kind.ts'

import { recordAt, requireLockHeld } from '../objects/locks.ts'

const isAllocated = (reg: RegState): boolean => reg.kind === 'btf' && reg.flags === ALLOC

/** A list head or tree root at its place, its lock held. */
export function requireGraphRoot(walk: Walk, meta: KfuncMeta, arg: Arg, what: 'bpf_list_head' | 'bpf_rb_root'): void {
  const { reg, number, index } = arg
  const details = { reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  if (!isMapValue(reg) && !isAllocated(reg)) violate('root-arg', details)
  if (isAllocated(reg) && reg.refObjId === 0) violate('not-owned', details)
  if (hasVarOff(reg)) violate('root-offset', { ...details, what })
  const off = reg.off + constVar(reg)
  const field = recordAt(walk.program, reg)?.at(off)
  if (field?.kind !== what) return violate('root-none', { ...details, what, off })
  requireLockHeld(walk, reg, what, number)
  meta.root = field
  meta.rootBtf = reg.kind === 'map_value' ? walk.program.mapBtf : reg.btf
}

/** A node of the root's type: owned where it is given, borrowed where it is asked for. */
export function requireGraphNode(walk: Walk, meta: KfuncMeta, arg: Arg, kind: 'list_node' | 'rb_node'): void {
  const { reg, number, index, param } = arg
  const details = { reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  const role = specialRole(meta.kfunc)
  const borrowed = (reg.flags & NON_OWN) !== 0 && reg.refObjId === 0
  if (kind === 'rb_node' && role !== 'rbtree_add') requireTreeNode(walk, reg, details)
  else if (!(param.suffixes.includes('nonown_allowed') && borrowed)) {
    if (!isAllocated(reg)) violate('not-allocated', details)
    if (reg.refObjId === 0) violate('not-owned', details)
  }
  const what = kind === 'list_node' ? 'bpf_list_node' : 'bpf_rb_node'
  const root: SpecialField = meta.root!
  const rootText = kind === 'list_node' ? 'bpf_list_head' : 'bpf_rb_root'
  if (hasVarOff(reg)) violate('node-offset', { ...details, what })
  const off = reg.off + constVar(reg)
  const field = recordAt(walk.program, reg)?.at(off)
  if (field?.kind !== what) return violate('node-none', { ...details, what, off })
  const wanted = meta.rootBtf!.type(root.valueId).name
  if (!structIdsMatch(reg.btf!, reg.btfId, 0, meta.rootBtf!, root.valueId, { strict: true })) {
    violate('node-struct', {
      ...details,
      root: rootText,
      what,
      expectedOff: root.nodeOff,
      expected: wanted,
      off,
      struct: structName(reg),
    })
  }
  if (off !== root.nodeOff) {
    violate('node-place', { ...details, off, what, expectedOff: root.nodeOff, expected: wanted })
  }
}

/** bpf_rbtree_remove, _left and _right: a node that is in the tree, and not from within its ordering. */
function requireTreeNode(walk: Walk, reg: RegState, details: KfuncArg): void {
  const inCallback = walk.state.frames.some((f) => f.callbackKind === 'rbtree')
  if (walk.model.rules.resilientLocks) {
    if ((reg.flags & NON_OWN) === 0 && reg.refObjId === 0) violate('remove-owned', { form: 'refcounted', ...details })
    if (inCallback) violate('remove-in-callback', { form: 'named', ...details })
    return
  }
  if ((reg.flags & NON_OWN) === 0 || reg.refObjId !== 0) violate('remove-owned', { form: 'non-owning', ...details })
  if (inCallback) violate('remove-in-callback', { form: 'unnamed', ...details })
}
