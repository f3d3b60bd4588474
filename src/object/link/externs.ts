// SPDX-License-Identifier: Apache-2.0
// What an object's externs are in one kernel. libbpf resolves all of an object before it loads any program: one missing strong extern
// refuses every program in it. Behaviour as of libbpf 1.5.
import { type Btf, type BtfId, resolveType, skipModifiersAndTypedefs, typesAreCompatible } from '../../btf/index.ts'
import { attempt, type Budget, FaultError, fewOf, rememberedOfBoth } from '../../fault/index.ts'
import { externTarget } from '../externs.ts'
import { refuse } from '../faults.ts'
import { findKind } from '../fixed-btf.ts'
import { setKconfig, virtualKconfig } from './kconfig.ts'
import type { BpfObject, Extern, LinkTarget } from '../types.ts'

export type ResolvedExtern =
  | { readonly kind: 'kconfig' }
  | {
      readonly kind: 'btf'
      readonly btf: Btf
      readonly btfId: BtfId
      readonly module: string | undefined
      /** 1-based position of the module in fd_array; 0 for vmlinux. */
      readonly fdIndex: number
    }
  | { readonly kind: 'address'; readonly address: bigint }
  | { readonly kind: 'missing' }

export interface ResolvedExterns {
  readonly externs: readonly ResolvedExtern[]
  /** Contents of the .kconfig map. */
  readonly kconfig: Uint8Array | undefined
  readonly warnings: readonly string[]
}

/** Where untyped symbols are said to be when the target has no /proc/kallsyms: in the kernel's half, each at a place of its own. */
const SOMEWHERE = 0xffff_ffff_8100_0000n
const APART = 16n

const resolutions = rememberedOfBoth((object: BpfObject, target: LinkTarget, budget: Budget) =>
  attempt({}, () => resolveAll(object, target, budget)),
)

/** Every extern of the object, or libbpf's sentence of refusal: the same for each of its programs, so found once. */
export function resolveExterns(object: BpfObject, target: LinkTarget, budget: Budget): ResolvedExterns {
  const result = resolutions(object, target, budget)
  if (!result.ok) throw new FaultError(result.fault.what, result.fault.place, result.fault.hint)
  return result.value
}

function resolveAll(object: BpfObject, target: LinkTarget, budget: Budget): ResolvedExterns {
  const { externs } = object
  const size = externs.reduce((end, extern) => (extern.kind === 'kconfig' ? extern.offset + extern.size : end), 0)
  const kconfig = new Uint8Array(size)
  const set = new Set<Extern>()
  const warnings: string[] = []
  for (const extern of externs) {
    const given = extern.kind === 'kconfig' ? object.kconfig?.get(extern.name) : undefined
    if (given === undefined) continue
    setKconfig(extern, kconfig, given)
    set.add(extern)
  }
  for (const extern of externs) {
    if (extern.kind !== 'kconfig' || set.has(extern) || extern.name.startsWith('CONFIG_')) continue
    setKconfig(extern, kconfig, virtualKconfig(extern, target))
    set.add(extern)
  }
  for (const extern of externs) {
    if (extern.kind !== 'kconfig' || set.has(extern)) continue
    const value = target.config(extern.name)
    const guess = target.configOf === undefined ? undefined : guessed(extern, value, target.configOf)
    if (guess !== undefined) warnings.push(guess)
    else if (value === undefined) continue
    set.add(extern)
    if (value !== undefined) setKconfig(extern, kconfig, value)
  }
  const modules: Btf[] = []
  const resolved = externs.map((extern, i) => {
    budget.spend(16)
    return resolveOne(object, extern, i, { target, modules, hasValue: set.has(extern) })
  })
  return {
    externs: resolved,
    kconfig: size === 0 ? undefined : kconfig,
    warnings: fewOf(warnings, 'options that are not known'),
  }
}

/** An option of a kernel whose configuration is not known is no reason to refuse the object. */
function guessed({ name, weak }: Extern, value: string | undefined, of: string): string | undefined {
  if (value === undefined && weak) return undefined
  const taken = value === undefined ? 'left 0' : `taken as ${value}, as Linux ${of} has it`
  return `${name} is ${taken}: this kernel's configuration is not known; --config FILE says it`
}

function resolveOne(
  object: BpfObject,
  extern: Extern,
  index: number,
  { target, modules, hasValue }: { readonly target: LinkTarget; readonly modules: Btf[]; readonly hasValue: boolean },
): ResolvedExtern {
  switch (extern.kind) {
    case 'kconfig':
      if (!hasValue && !extern.weak) refuse(`extern '${extern.name}' (strong): not resolved`)
      return { kind: 'kconfig' }
    case 'ksym_untyped':
      return untyped(extern, index, target)
    case 'ksym_var':
      return typedVariable(object, extern, target, modules)
    case 'ksym_func':
      return kfunc(object, extern, target, modules)
  }
}

function untyped(extern: Extern, index: number, target: LinkTarget): ResolvedExtern {
  const address = target.placeOf?.(extern.name) ?? SOMEWHERE + BigInt(index) * APART
  const somewhere: ResolvedExtern = { kind: 'address', address }
  if (target.ksymAddress === undefined) {
    // without the kernel's symbols, a weak one is there if the kernel's types know it
    const { name, weak } = extern
    const known = findInKernel(target, name, 'func') ?? findInKernel(target, name, 'var')
    return weak && known === undefined ? { kind: 'missing' } : somewhere
  }
  const known = target.ksymAddress(extern.name)
  if (known !== undefined) return { kind: 'address', address: known }
  if (extern.weak) return { kind: 'missing' }
  return refuse(`extern '${extern.name}' (strong): not resolved`)
}

interface Found {
  readonly btf: Btf
  readonly id: BtfId
  readonly module: string | undefined
}

/** vmlinux first, then what modules add, in the order they were loaded. */
export function findInKernel(target: LinkTarget, name: string, kind: 'var' | 'func' | 'struct'): Found | undefined {
  const id = findKind(target.btf, name, kind)
  if (id !== undefined) return { btf: target.btf, id, module: undefined }
  for (const btf of target.modules) {
    const own = findKind(btf, name, kind, { ownOnly: true })
    if (own !== undefined) return { btf, id: own, module: btf.name }
  }
  return undefined
}

function fdIndexOf(found: Found, modules: Btf[]): number {
  if (found.module === undefined) return 0
  if (!modules.includes(found.btf)) modules.push(found.btf)
  return modules.indexOf(found.btf) + 1
}

const asResolved = (found: Found, fdIndex: number): ResolvedExtern => ({
  kind: 'btf',
  btf: found.btf,
  btfId: found.id,
  module: found.module,
  fdIndex,
})

function typedVariable(object: BpfObject, extern: Extern, target: LinkTarget, modules: Btf[]): ResolvedExtern {
  const found = findInKernel(target, extern.name, 'var')
  if (found === undefined) {
    if (extern.weak) return { kind: 'missing' }
    return refuse(`extern (var ksym) '${extern.name}': not found in kernel BTF`)
  }
  const variable = found.btf.type(found.id)
  const wanted = variable.kind === 'var' ? skipModifiersAndTypedefs(found.btf, variable.type) : 0
  if (!typesAreCompatible(object.btf!, extern.typeId, found.btf, wanted)) {
    const local = resolveType(object.btf!, extern.typeId)
    const kernel = resolveType(found.btf, wanted)
    refuse(
      `extern (var ksym) '${extern.name}': incompatible types, expected [${extern.typeId}] ${local.kind} ${local.name}, ` +
        `but kernel has [${wanted}] ${kernel.kind} ${kernel.name}`,
    )
  }
  return asResolved(found, fdIndexOf(found, modules))
}

function kfunc(object: BpfObject, extern: Extern, target: LinkTarget, modules: Btf[]): ResolvedExtern {
  const found = findInKernel(target, externTarget(extern), 'func')
  if (found === undefined) {
    if (extern.weak) return { kind: 'missing' }
    return refuse(
      `extern (func ksym) '${extern.name}': not found in kernel or module BTFs`,
      {},
      'declare it __weak and test it with bpf_ksym_exists() if it may be missing, or name the module that has it',
    )
  }
  const func = found.btf.type(found.id)
  const proto = func.kind === 'func' ? func.type : 0
  if (!typesAreCompatible(object.btf!, extern.typeId, found.btf, proto)) {
    if (extern.weak) return { kind: 'missing' }
    refuse(
      `extern (func ksym) '${extern.name}': func_proto [${extern.typeId}] incompatible with ${found.module ?? 'vmlinux'} [${proto}]`,
      {},
      "declare it with the kernel's parameters: kind by kind they must be the same",
    )
  }
  return asResolved(found, fdIndexOf(found, modules))
}
