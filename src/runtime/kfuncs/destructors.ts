// SPDX-License-Identifier: Apache-2.0
// Destructors: what becomes of a reference that is in a map's value when the value goes. kfuncs.rst "Registering the kfuncs";
// register_btf_id_dtor_kfuncs() names one kfunc a struct.

import { resolveType } from '../../btf/index.ts'
import type { Kfunc, KfuncBody } from '../../kfunc/index.ts'
import type { Core } from '../core/core.ts'
import { notModelled } from '../core/errors.ts'
import { structOfPointer } from '../host/arguments.ts'
import { handlesOf } from '../host/handles.ts'
import { kfuncModels } from './index.ts'

export function destroy(core: Core, object: number, struct: string): void {
  const destructor = core.kernel.destructors.find(({ btf, struct: id }) => resolveType(btf, id).name === struct)
  const name = destructor?.kfunc ?? `the destructor of struct ${struct}`
  const body = core.mocks.get(name)?.body ?? destructor?.body ?? releaseBody(core, struct)
  const handles = handlesOf(core)
  if (body !== undefined && handles.has(object)) {
    body(handles.at(object).object as never)
    handles.release(object)
    return
  }
  const call = kfuncModels.get(name)?.bind(core) as ((object: number) => void) | undefined
  if (call === undefined) throw notModelled(`kfunc ${name}()`)
  call(object)
}

/** A destructor without a body of its own does what the kfunc does that programs give such references back with. */
function releaseBody(core: Core, struct: string): KfuncBody | undefined {
  for (const kfunc of core.kernel.kfuncs.values()) {
    if (!kfunc.flags.has('KF_RELEASE') || !takes(kfunc, struct)) continue
    const body = core.mocks.get(kfunc.name)?.body ?? kfunc.body
    if (body !== undefined) return body
  }
  return undefined
}

const takes = ({ params, btf }: Kfunc, struct: string): boolean =>
  params.length === 1 && structOfPointer(btf, params[0]!.type)?.name === struct
