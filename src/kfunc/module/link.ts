// SPDX-License-Identifier: Apache-2.0
// A module over a kernel's types, or over none: its BTF, its kfuncs as the kernel would know them, its destructors.
import type { Btf } from '../../btf/index.ts'
import { cdeclToBtf } from '../../cdecl/index.ts'
import { attempt, FaultError, type Result } from '../../fault/index.ts'
import { hookOfType, typesOfHook } from '../hooks.ts'
import { prototypeOf } from '../prototype.ts'
import type { Destructor, Kfunc, KfuncRegistration } from '../types.ts'
import { moduleFilter } from './define.ts'
import type { DeclaredKfunc, KfuncModule, LinkedModule } from './types.ts'

/** Gives the module's types ids: split BTF over `base`, or BTF of its own where there is none. */
export function linkModule(module: KfuncModule, base?: Btf): Result<LinkedModule> {
  return attempt({ file: module.unit.file }, () => {
    const built = cdeclToBtf(module.unit, { name: module.name, ...(base === undefined ? {} : { base }) })
    if (!built.ok) throw new FaultError(built.fault.what, built.fault.place, built.fault.hint)
    const btf = built.value
    const kfuncs = [...module.kfuncs.values()].map((declared) => kfuncOf(declared, module, btf))
    const destructors = [...module.dtors].map(([struct, kfunc]): Destructor => {
      const id = btf.find(struct, 'struct')
      if (id === undefined)
        throw new FaultError(`the destructor ${kfunc} is for struct ${struct}, which is not defined`)
      return { struct: id, btf, kfunc }
    })
    return { btf, kfuncs, destructors }
  })
}

function kfuncOf(declared: DeclaredKfunc, module: KfuncModule, btf: Btf): Kfunc {
  const { name, flags, deprecated } = declared
  const id = ownFunction(btf, name)
  const { params, ret } = prototypeOf(btf, id)
  const registrations = declared.registrations.flatMap(({ types, set, filter }): KfuncRegistration[] =>
    types.map((type) => {
      const hook = hookOfType(type)
      const allows = filter === undefined ? undefined : moduleFilter(module, filter)
      return {
        set: set ?? module.name,
        hook,
        types: hook === undefined ? [type] : typesOfHook(hook),
        flags,
        ...(filter === undefined ? {} : { filter }),
        ...(allows === undefined ? {} : { allows }),
      }
    }),
  )
  return { name, btf, btfId: id, params, ret, flags, module: module.name, registrations, deprecated }
}

/** The module's own function, not the base's of the same name. */
function ownFunction(btf: Btf, name: string): number {
  const id = btf.findAll(name).find((each) => each >= btf.firstId && btf.type(each).kind === 'func')
  if (id === undefined) throw new FaultError(`the module's BTF has no function ${name}`)
  return id
}
