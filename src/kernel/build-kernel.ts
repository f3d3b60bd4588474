// SPDX-License-Identifier: Apache-2.0
// A `Kernel` from its parts. Everything that opens one (a profile, an image, raw BTF, a module on top) ends here.

import { type Btf, type BtfId, pointee, typeName } from '../btf/index.ts'
import { withJson } from '../fault/index.ts'
import {
  type Destructor,
  hookRows,
  isListedSafe,
  joinedTypes,
  type Kfunc,
  registrationFor,
  type SafeTable,
  safeSuffix,
} from '../kfunc/index.ts'
import { ctxAccess } from './contexts/index.ts'
import { helperName, lookupHelper, usualConfig } from './helpers/index.ts'
import { gateOpen } from './gates.ts'
import { kernelGates } from './kernel-gates.ts'
import { type StructOpsKind, structOpsKind } from './struct-ops-kinds.ts'
import type { Kernel, ProgramTraits } from './types.ts'

/** What a kernel is made of: the whole of its state. Two kernels share parts freely, for nothing in here changes. */
export interface KernelParts {
  readonly release: string
  readonly btf: Btf
  readonly modules: readonly Btf[]
  /** vmlinux's first, then each module's in loading order. */
  readonly kfuncs: readonly Kfunc[]
  readonly destructors: readonly Destructor[]
  /** Kinds of struct_ops that modules of one's own declare. */
  readonly structOps?: ReadonlyMap<string, StructOpsKind>
  /** Named sets of functions and types. */
  readonly lists: ReadonlyMap<string, ReadonlySet<string>>
  readonly errorInjection: ReadonlySet<string>
  readonly config: ReadonlyMap<string, string>
  /** Whose configuration that is, where this kernel's own is not known: a release, or 'unknown' where there is none. */
  readonly configOf?: string | undefined
  readonly notes: readonly string[]
  /** Gates opened (true) or shut (false) whatever the release says. */
  readonly gates: ReadonlyMap<string, boolean>
}

const partsOf = new WeakMap<Kernel, KernelParts>()

/** The parts a kernel was built from, to build a changed copy. */
export function kernelParts(kernel: Kernel): KernelParts {
  const parts = partsOf.get(kernel)
  if (parts === undefined) throw new Error('this kernel was not built by kfuncs')
  return parts
}

const none: ReadonlySet<string> = new Set()

/** Builds the value. */
export function buildKernel(parts: KernelParts): Kernel {
  const { btf, lists, errorInjection } = parts
  const gate = (name: string): boolean => parts.gates.get(name) ?? gateOpen(name, parts.release)
  const kfuncs = new Map<string, Kfunc>()
  const byId = new Map<Btf, Map<BtfId, Kfunc>>()
  for (const kfunc of withJoinedTypes(parts.kfuncs, gate)) {
    if (!kfuncs.has(kfunc.name)) kfuncs.set(kfunc.name, kfunc)
    let ids = byId.get(kfunc.btf)
    if (ids === undefined) {
      ids = new Map()
      byId.set(kfunc.btf, ids)
    }
    ids.set(kfunc.btfId, kfunc)
  }
  const structOps = (name: string): StructOpsKind | undefined => parts.structOps?.get(name) ?? structOpsKind(name)
  const functionSet = (name: string): ReadonlySet<string> => lists.get(name) ?? none
  const fmodret = new Map<string, Kfunc>()
  for (const kfunc of parts.kfuncs) {
    if (kfunc.registrations.some(({ hook }) => hook === 'fmodret')) fmodret.set(kfunc.name, kfunc)
  }
  // without error injection, later kernels know system calls by their names, and let sleepable programs and fmod_ret attach to them
  const injects = parts.config.get('CONFIG_FUNCTION_ERROR_INJECTION') === 'y' || errorInjection.size > 0
  const isSyscall = (name: string): boolean =>
    !injects && gate(kernelGates.syscallsSleepable) && name.startsWith('__x64_')
  const sleepableTraced = (name: string): boolean =>
    isSyscall(name) ||
    (errorInjection.has(name) && !functionSet('btf_non_sleepable_error_inject').has(name)) ||
    (fmodret.get(name)?.registrations.some(({ hook, flags }) => hook === 'fmodret' && flags?.has('KF_SLEEPABLE')) ??
      false)
  const sleepableLsm = functionSet('sleepable_lsm_hooks')
  const config = parts.config.size === 0 ? usualConfig : (name: string) => parts.config.get(name)
  const kernel: Kernel = {
    release: parts.release,
    btf,
    modules: parts.modules,
    kfuncs,
    notes: parts.notes,
    destructors: parts.destructors,
    sleepableHooks: new Set([
      ...sleepableLsm,
      ...[...fmodret.keys(), ...errorInjection].filter((name) => sleepableTraced(name)),
    ]),
    kfuncById: (owner, id) => byId.get(owner)?.get(id),
    registrationFor: (kfunc, program) => registrationFor(kfunc, program),
    kfuncAllowed: (kfunc, program) => registrationFor(kfunc, program) !== undefined,
    sleepableAt: (type, name) => (type === 'BPF_PROG_TYPE_LSM' ? sleepableLsm.has(name) : sleepableTraced(name)),
    modifiable: (name) =>
      fmodret.has(name) || errorInjection.has(name) || isSyscall(name) || name.startsWith('security_'),
    functionSet,
    helper: (id: number, program: ProgramTraits) => lookupHelper(id, program, { gate, config, structOps }),
    helperName: (id: number) => helperName(id),
    ctxAccess: (program, access) => ctxAccess({ btf, gate, functionSet, structOps }, program, access),
    structOps,
    gate,
    safePointer: (table, struct, field, fieldType) => isSafe(btf, table, struct, field, fieldType),
    config: (name) => parts.config.get(name),
    configOf: parts.configOf,
  }
  partsOf.set(kernel, parts)
  return withJson(kernel, ({ release, kfuncs, modules, notes }) => ({
    release,
    kfuncs: [...kfuncs.keys()],
    modules: modules.map(({ name }) => name),
    notes,
  }))
}

/** Registrations hold the types that every kernel's hook serves; here those come that joined later. */
function withJoinedTypes(kfuncs: readonly Kfunc[], gate: (name: string) => boolean): readonly Kfunc[] {
  const joined = new Map(hookRows.map(({ hook }): [string, readonly string[]] => [hook, joinedTypes(hook, gate)]))
  if ([...joined.values()].every((types) => types.length === 0)) return kfuncs
  return kfuncs.map((kfunc) => ({
    ...kfunc,
    registrations: kfunc.registrations.map((row) => ({
      ...row,
      types: [...new Set([...row.types, ...(joined.get(row.hook ?? '') ?? [])])],
    })),
  }))
}

/**
 * Is the field in the kernel's own table? `struct task_struct__safe_rcu` holds the fields of task_struct that are; with
 * `fieldType` the pointer must also point to the type that the table's field names.
 */
function isSafe(btf: Btf, table: SafeTable, struct: string, field: string, fieldType: BtfId | undefined): boolean {
  const id = btf.find(`${struct}${safeSuffix(table)}`, 'struct')
  // a kernel that has one of its tables in BTF has them all: a field listed for 6.12 may be in another one's, or in none
  if (id === undefined)
    return btf.find(`task_struct${safeSuffix('rcu')}`, 'struct') === undefined && isListedSafe(table, struct, field)
  const safe = btf.type(id)
  if (safe.kind !== 'struct') return false
  const member = safe.members.find(({ name }) => name === field)
  if (member === undefined) return false
  if (fieldType === undefined) return true
  const target = pointee(btf, member.type)
  return target !== undefined && typeName(btf, target) === typeName(btf, fieldType)
}
