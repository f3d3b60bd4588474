// SPDX-License-Identifier: Apache-2.0
// Before any path is walked: what the program's licence and kind, and the kfuncs themselves, forbid for every kfunc in it, reached or not.
import { roleRow, specialRole } from '../../kfunc/index.ts'
import type { Ref } from '../../object/index.ts'
import type { Program } from './program.ts'
import { protoFault } from './func-proto.ts'
import { violate } from '../violations/raise.ts'

type KfuncRef = Extract<Ref, { kind: 'kfunc' }>

const MAX_KFUNCS = 256

/** The kfuncs of one program, in the order of its instructions. */
export class KfuncUse {
  private readonly seen = new Set<string>()
  private readonly program: Program

  constructor(program: Program) {
    this.program = program
  }

  add({ btf, btfId, name, module }: KfuncRef): void {
    const kfunc = name
    if (!this.program.traits.gpl) violate('kfunc-gpl', { kfunc })
    const key = `${btfId} ${module ?? ''}`
    if (this.seen.has(key)) return
    if (this.seen.size >= MAX_KFUNCS) violate('kfunc-count', { kfunc })
    if (roleRow(specialRole({ name, module })).deviceBound) violate('kfunc-device', { kfunc })
    this.seen.add(key)
    if (this.lacksImplementation({ btf, btfId, name }))
      violate('kfunc-prototype', { form: 'no-implementation', kfunc, btfId })
    const func = btf.type(btfId)
    const proto = func.kind === 'func' ? btf.type(func.type) : undefined
    const wrong = proto?.kind === 'func_proto' ? protoFault(btf, proto, name, this.program.model.rules) : undefined
    if (wrong !== undefined) violate('kfunc-prototype', { ...wrong, kfunc })
  }

  /** KF_IMPLICIT_ARGS: the arguments that programs do not see stand in a prototype of their own, which some builds of 7.1 and 7.2 lost. */
  private lacksImplementation({ btf, btfId, name }: Pick<KfuncRef, 'btf' | 'btfId' | 'name'>): boolean {
    const { model, traits } = this.program
    if (!model.rules.progAuxArgs) return false
    const kfunc = model.kernel.kfuncById(btf, btfId)
    return (
      kfunc?.flags.has('KF_IMPLICIT_ARGS') === true &&
      btf.find(`${name}_impl`, 'func') === undefined &&
      model.kernel.kfuncAllowed(kfunc, traits)
    )
  }
}
