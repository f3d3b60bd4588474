// SPDX-License-Identifier: Apache-2.0
// bpf_obj_new(), bpf_obj_drop() and their kin. Which type a call makes stands in its first argument, which the verifier knows as a constant.

import type { Btf } from '../../btf/index.ts'
import type { CallFact } from '../../verifier/index.ts'
import { model, type Model, type Models } from '../core/abi.ts'
import { ownedOf } from '../objects/owned.ts'

export const ownedKfuncs: Models = {
  ...named(
    'bpf_obj_drop',
    model(['i32'], 'none', (core) => (object) => ownedOf(core).drop(object)),
  ),
  ...named(
    'bpf_percpu_obj_drop',
    model(['i32'], 'none', (core) => (object) => ownedOf(core).dropPercpu(object)),
  ),
  ...named(
    'bpf_refcount_acquire',
    model(['i32'], 'u32', (core) => (object) => {
      ownedOf(core).acquire(object)
      return object
    }),
  ),
}

/** Until 7.1 they end in _impl, and take what the kernel knows of the type besides. */
export function named(name: string, one: Model): Models {
  return { [name]: one, [`${name}_impl`]: one }
}

/** A call that makes an object, for the type that it names. */
export function newObject(
  call: CallFact,
  btf: Btf | undefined,
): { readonly name: string; readonly model: Model } | undefined {
  if (call.kind !== 'kfunc' || btf === undefined) return undefined
  const percpu = /^bpf_percpu_obj_new(?:_impl)?$/.test(call.name)
  if (!percpu && !/^bpf_obj_new(?:_impl)?$/.test(call.name)) return undefined
  const type = call.args[0]?.value
  if (type?.kind !== 'scalar' || type.constant === undefined) return undefined
  const typeId = Number(type.constant)
  return {
    name: `${call.name}@${typeId}`,
    model: model([], 'u32', (core) => {
      const owned = ownedOf(core)
      return percpu ? () => owned.createPercpu(btf, typeId) : () => owned.create(btf, typeId)
    }),
  }
}
