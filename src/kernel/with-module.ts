// SPDX-License-Identifier: Apache-2.0
// A module that was declared (defineModule), as part of a kernel: a copy of one with it, or one with nothing else.
import { argumentKinds, attempt, FaultError, type Result, wrongArgument } from '../fault/index.ts'
import { type KfuncModule, type LinkedModule, linkModule } from '../kfunc/index.ts'
import { buildKernel, kernelParts } from './build-kernel.ts'
import { ownKinds } from './own-struct-ops.ts'
import type { Kernel } from './types.ts'

/** A copy of the kernel that has the module's types, kfuncs and destructors. Its callers are verified as the kernel's own. */
export function withModule(kernel: Kernel, module: KfuncModule): Result<Kernel> {
  const wrong =
    wrongArgument('the first argument of withModule()', kernel, argumentKinds.kernel) ??
    wrongArgument('the second argument of withModule()', module, argumentKinds.module)
  if (wrong !== undefined) return { ok: false, fault: wrong }
  return attempt({ file: module.unit.file }, () => {
    const parts = kernelParts(kernel)
    if (parts.modules.some(({ name }) => name === module.name))
      throw new FaultError(`the kernel already has a module ${module.name}`)
    for (const { name, place } of module.kfuncs.values())
      if (kernel.kfuncs.has(name)) throw new FaultError(`the kernel already has a kfunc ${name}`, place)
    for (const name of module.structOps.keys())
      if (
        parts.structOps?.has(name) ||
        [kernel.btf, ...kernel.modules].some((btf) => btf.find(`bpf_struct_ops_${name}`, 'struct'))
      )
        throw new FaultError(`the kernel already has struct_ops of struct ${name}`)
    const { btf, kfuncs, destructors, structOps } = linked(module, kernel)
    return buildKernel({
      ...parts,
      modules: [...parts.modules, btf],
      kfuncs: [...parts.kfuncs, ...kfuncs],
      destructors: [...parts.destructors, ...destructors],
      structOps: new Map([...(parts.structOps ?? []), ...ownKinds(structOps)]),
    })
  })
}

export interface KernelFromModuleOptions {
  /** Whose verifier is asked: gates follow this release. */
  readonly release?: string
}

/** A kernel with no Linux in it: the module's types and kfuncs are all there are. Helpers and contexts are those of the release. */
export function kernelFromModule(
  module: KfuncModule,
  { release = '6.12' }: KernelFromModuleOptions = {},
): Result<Kernel> {
  const wrong = wrongArgument('the first argument of kernelFromModule()', module, argumentKinds.module)
  if (wrong !== undefined) return { ok: false, fault: wrong }
  return attempt({ file: module.unit.file }, () => {
    const { btf, kfuncs, destructors, structOps } = linked(module, undefined)
    return buildKernel({
      release,
      btf,
      modules: [],
      kfuncs,
      destructors,
      structOps: ownKinds(structOps),
      lists: new Map(),
      errorInjection: new Set(),
      config: new Map(),
      notes: [],
      gates: new Map(),
    })
  })
}

function linked(module: KfuncModule, kernel: Kernel | undefined): LinkedModule {
  const result = linkModule(module, kernel?.btf)
  if (!result.ok) throw new FaultError(result.fault.what, result.fault.place, result.fault.hint)
  return result.value
}
