// SPDX-License-Identifier: Apache-2.0
// What a kfunc gives back. kfuncs.rst "KF_ACQUIRE flag", "KF_RET_NULL flag"; graph_ds_impl.rst.

import { recordOf } from '../../../object/index.ts'
import { type BtfId, resolveType, sizeOf } from '../../../btf/index.ts'
import { recordOfReg } from '../../access/btf-pointer.ts'
import type { KfuncContract } from '../../program/contract/contract.ts'
import { isScalarStruct } from '../../program/contract/scalar-struct.ts'
import type { Model } from '../../program/model.ts'
import { packetAccessAllowed } from '../../program/packet-access.ts'
import type { Program } from '../../program/program.ts'
import type { Walk } from '../../engine/walk.ts'
import { violate } from '../../violations/raise.ts'
import {
  ALLOC,
  edit,
  MAYBE_NULL,
  notInit,
  PERCPU,
  pointer,
  RCU,
  RDONLY,
  type RegState,
  TRUSTED,
  UNTRUSTED,
  unknownScalar,
} from '../../state/reg.ts'
import { iterReg } from '../objects/iterator.ts'
import { acquireReference, asNonOwning } from '../objects/references.ts'
import type { Found } from './found.ts'

/** The kfunc's result, in r0. */
export function returned(walk: Walk, kfunc: KfuncContract, found: Found): RegState {
  const { result, effects } = kfunc
  const special = returnedSpecially(walk.program, kfunc, found)
  if (effects.acquires && special === undefined && result.kind !== 'btf')
    violate('acquire-return', { kfunc: kfunc.name })
  if (result.kind === 'none') return notInit
  // a void pointer is a number to the program
  if (result.kind === 'scalar' || (result.kind === 'void_pointer' && special === undefined)) return unknownScalar
  let value = special ?? plain(walk, kfunc, found)
  // a counted reference of what is owned anyway cannot fail
  const certain = found.owned && kfunc.role === 'refcount_acquire'
  if (result.nullable && !certain) value = edit(value, { flags: value.flags | MAYBE_NULL, id: walk.newId() })
  if (effects.acquires) {
    const id = acquireReference(walk)
    value = edit(value, { refObjId: id, id: value.flags & MAYBE_NULL ? id : value.id })
  } else if (effects.borrows) value = asNonOwning(walk.model, value)
  // what a lock may guard is told apart by its id
  if (value.id === 0 && value.kind === 'btf' && value.flags & ALLOC && recordOfReg(walk.model, value).hasLock)
    value = edit(value, { id: walk.newId() })
  return value
}

/** What the declared type says. */
function plain(walk: Walk, kfunc: KfuncContract, found: Found): RegState {
  const { kind, type } = kfunc.result
  if (kind === 'btf') return pointer('btf', { btf: type!.btf, btfId: type!.id, flags: worthOf(walk, kfunc, found) })
  return returnedMemory(walk.model, kfunc, found)
}

/** What a returned kernel pointer is worth: in 6.12 nothing by itself, but for elements of iterators; trusted since. */
function worthOf({ state }: Walk, { role, result, effects }: KfuncContract, { iter }: Found): number {
  if (role === 'kmem_cache') return UNTRUSTED
  const element = effects.iterator === 'next' && iter !== undefined
  if (effects.needsRcu || (element && (iterReg(state, iter).flags & RCU) !== 0)) return RCU
  return element || result.trusted ? TRUSTED : 0
}

function returnedMemory({ rules }: Model, { name, kfunc, result, effects }: KfuncContract, found: Found): RegState {
  const asked = result.size === undefined ? found.resultSize : { bytes: result.size, rdonly: false }
  // up to 7.2 no bytes count as nothing said
  const given = asked !== undefined && (rules.declaredArgs || asked.bytes !== 0) ? asked : undefined
  const bytes = given?.bytes ?? sizeOf(kfunc.btf, result.type!.id) ?? 0
  if (given === undefined && bytes === 0) {
    const target = resolveType(kfunc.btf, result.type!.id)
    violate('return-type', { form: 'kfunc', kfunc: name, kind: target.kind.toUpperCase(), name: target.name })
  }
  const flags = ((given?.rdonly ?? true) ? RDONLY : 0) | (effects.needsRcu ? RCU : 0)
  return pointer('mem', { size: bytes, flags, refObjId: found.refObjId })
}

/** Kfuncs whose return depends on more than their prototype. */
function returnedSpecially(program: Program, kfunc: KfuncContract, found: Found): RegState | undefined {
  const { role, name } = kfunc
  switch (role) {
    case 'obj_new':
    case 'percpu_obj_new':
      return newObject(program, kfunc, found)
    case 'refcount_acquire':
      return pointer('btf', { flags: ALLOC, btf: found.object!.btf, btfId: found.object!.btfId })
    case 'list_pop':
    case 'list_del':
    case 'list_peek':
    case 'rbtree_walk':
    case 'rbtree_remove':
      return pointer('btf', { flags: ALLOC, btf: found.rootBtf, btfId: found.root!.valueId, off: found.root!.nodeOff })
    case 'cast_to_kern_ctx': {
      const { btf, id } = found.kernelContext!
      return pointer('btf', { flags: TRUSTED, btf, btfId: id })
    }
    case 'rdonly_cast':
      return castReadOnly(program.model, kfunc, found)
    case 'dynptr_slice':
    case 'dynptr_slice_rdwr': {
      const dynptr = found.dynptr!
      if (role === 'dynptr_slice_rdwr' && !packetAccessAllowed(program, { write: true }))
        violate('slice-write', { kfunc: name })
      return pointer('mem', {
        size: found.constant!,
        flags: role === 'dynptr_slice' ? RDONLY : 0,
        aux: dynptr.id,
        dynptr: dynptr.dynptr === 'xdp' ? 'skb' : dynptr.dynptr,
        refObjId: found.refObjId,
      })
    }
    default:
      return undefined
  }
}

const isStruct = (kind: string): boolean => kind === 'struct' || kind === 'union'

/** Memory seen as a kernel struct that may not be there; since 6.17, to void, as bytes that may not be. */
function castReadOnly(model: Model, { name }: KfuncContract, { constant }: Found): RegState {
  const { btf } = model.kernel
  const id = constant! as BtfId
  const details = { kfunc: name }
  const kind = id >= 0 && id < btf.count ? btf.type(id).kind : undefined
  if (kind !== undefined && isStruct(kind)) return pointer('btf', { flags: UNTRUSTED, btf, btfId: id })
  if (!model.rules.castToVoid) return violate('cast-type', { form: 'no-struct', ...details })
  if (kind === undefined) return violate('cast-type', { form: 'unknown', ...details, id })
  if (kind === 'void') return pointer('mem', { flags: RDONLY | UNTRUSTED, size: 0 })
  return violate('cast-type', { form: 'no-struct-or-void', ...details })
}

function newObject(program: Program, { name, role }: KfuncContract, { constant }: Found): RegState {
  const details = { kfunc: name }
  const percpu = role === 'percpu_obj_new'
  const { btf } = program.linked
  const id = constant! as BtfId
  if (id < 0 || id > 0xffffffff) violate('obj-new-type', { form: 'range', ...details })
  if (btf === undefined) return violate('obj-new-btf', details)
  const type = id > 0 && id < btf.count ? btf.type(id) : undefined
  if (type?.kind !== 'struct') {
    return violate('obj-new-type', { form: 'no-struct', ...details })
  }
  if (percpu) {
    if (type.size > 512) violate('percpu-size', { ...details, size: type.size })
    if (!isScalarStruct(btf, type, 0)) violate('percpu-type', details)
    if (recordOf(btf, id, program.model.types).fields.length > 0) violate('percpu-fields', details)
  }
  return pointer('btf', { flags: ALLOC | (percpu ? PERCPU : 0), btf, btfId: id })
}
