// SPDX-License-Identifier: Apache-2.0
// Lists and trees of allocated objects: roots in map values or held objects, nodes in objects, the lock beside the root held.
// graph_ds_impl.rst.

import type { SpecialField } from '../../../object/index.ts'
import { structIdsMatch } from '../../../btf/index.ts'
import { structName } from '../../access/btf-pointer.ts'
import { constVar, hasVarOff } from '../../access/regions.ts'
import type { Walk } from '../../engine/walk.ts'
import type { KfuncContract } from '../../program/contract/contract.ts'
import { violate } from '../../violations/raise.ts'
import type { KfuncArg } from '../../violations/row.ts'
import { ALLOC, NON_OWN, isMapValue, type RegState } from '../../state/reg.ts'
import { type Arg, argDetails } from './arg.ts'
import type { Found } from './found.ts'

import { recordAt, requireLockHeld } from '../objects/locks.ts'

const isAllocated = (reg: RegState): boolean => reg.kind === 'btf' && reg.flags === ALLOC

/** What a list or tree holds, and where its type is. */
type Root = Pick<Found, 'root' | 'rootBtf'>

/** A list head or tree root at its place, its lock held. */
export function requireGraphRoot(
  walk: Walk,
  kfunc: KfuncContract,
  arg: Arg,
  what: 'bpf_list_head' | 'bpf_rb_root',
): Root {
  const { reg, number } = arg
  const details = argDetails(arg, kfunc)
  if (!isMapValue(reg) && !isAllocated(reg)) violate('root-arg', details)
  if (isAllocated(reg) && reg.refObjId === 0) violate('not-owned', details)
  if (hasVarOff(reg)) violate('root-offset', { ...details, what })
  const off = reg.off + constVar(reg)
  const field = recordAt(walk.program, reg)?.at(off)
  if (field?.kind !== what) return violate('root-none', { ...details, what, off })
  requireLockHeld(walk, reg, what, number)
  return { root: field, rootBtf: reg.kind === 'map_value' ? walk.program.linked.mapBtf : reg.btf }
}

/** A node of the root's type: owned where it is given, borrowed where it is asked for. */
export function requireGraphNode(walk: Walk, kfunc: KfuncContract, arg: Arg, found: Root): void {
  const { reg, says } = arg
  const { kind } = says
  const details = argDetails(arg, kfunc)
  const borrowed = (reg.flags & NON_OWN) !== 0 && reg.refObjId === 0
  if (kind === 'rb_node' && kfunc.role !== 'rbtree_add') requireTreeNode(walk, reg, details)
  else if (!(says.borrowed && borrowed)) {
    if (!isAllocated(reg)) violate('not-allocated', details)
    if (reg.refObjId === 0) violate('not-owned', details)
  }
  const what = kind === 'list_node' ? 'bpf_list_node' : 'bpf_rb_node'
  const root: SpecialField = found.root!
  const rootBtf = found.rootBtf!
  const rootText = kind === 'list_node' ? 'bpf_list_head' : 'bpf_rb_root'
  if (hasVarOff(reg)) violate('node-offset', { ...details, what })
  const off = reg.off + constVar(reg)
  const field = recordAt(walk.program, reg)?.at(off)
  if (field?.kind !== what) return violate('node-none', { ...details, what, off })
  const wanted = rootBtf.type(root.valueId).name
  if (!structIdsMatch({ btf: reg.btf!, id: reg.btfId, off: 0 }, { btf: rootBtf, id: root.valueId }, { strict: true })) {
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
