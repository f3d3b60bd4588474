// SPDX-License-Identifier: Apache-2.0
// A module on top of a kernel: a copy of the kernel that has the module's types and kfuncs.

import { unpackKernelImage } from '../binary/index.ts'
import { type Btf, parseBtf, type RelocatedBtf, relocateBtf } from '../btf/index.ts'
import { attempt, FaultError, type Result } from '../fault/index.ts'
import {
  type Destructor,
  filterRow,
  type Kfunc,
  type KfuncSet,
  kfuncsOfSets,
  recogniseSet,
  wordOfFlags,
} from '../kfunc/index.ts'
import { scanIds } from './btf-ids.ts'
import { buildKernel, kernelParts } from './build-kernel.ts'
import { type Image, readImage } from './elf-sections.ts'
import { registrationsIn } from './module-registration.ts'
import type { Kernel } from './types.ts'

/** A set declared by the caller, for BTF that comes without .BTF_ids. */
export interface DeclaredSet {
  readonly set: string
  readonly hooks: readonly string[]
  readonly filter?: string
  /** Flags by kfunc name. */
  readonly kfuncs: Readonly<Record<string, readonly string[]>>
}

export interface ModuleSource {
  readonly name: string
  /** The module file; its .BTF, .BTF_ids and registration calls are read. */
  readonly ko?: Uint8Array
  /** Split BTF alone, as /sys/kernel/btf/NAME has it. */
  readonly btf?: Uint8Array
  /** An opened split BTF over this kernel's. */
  readonly opened?: Btf
  readonly sets?: readonly DeclaredSet[]
  /** Destructor kfunc by struct name. */
  readonly destructors?: Readonly<Record<string, string>>
}

/** A copy of the kernel with the module in it. */
export function addModule(kernel: Kernel, source: ModuleSource): Result<Kernel> {
  return attempt({ object: source.name }, () => {
    const parts = kernelParts(kernel)
    if (parts.modules.some(({ name }) => name === source.name)) {
      throw new FaultError(`the kernel already has a module ${source.name}`)
    }
    const image = source.ko === undefined ? undefined : value(readImage(source.ko, { symbols: true }))
    const types = openModuleBtf(kernel.btf, source, image)
    const { btf } = types
    const notes: string[] = []
    const { sets, destructors } = contentOf(types, source, image, kernel, notes)
    const own: readonly Kfunc[] = kfuncsOfSets(btf, source.name, sets)
    if (own.length === 0) notes.push(`module ${source.name} registers no kfunc that could be found`)
    return buildKernel({
      ...parts,
      modules: [...parts.modules, btf],
      kfuncs: [...parts.kfuncs, ...own],
      destructors: [...parts.destructors, ...destructors],
      notes: [...parts.notes, ...notes],
    })
  })
}

/** The same for a module file as distributions ship it: compressed with xz, zstd or gzip. */
export async function addModuleFile(kernel: Kernel, source: ModuleSource): Promise<Result<Kernel>> {
  if (source.ko === undefined) return addModule(kernel, source)
  const ko = await unpackKernelImage(source.ko, { place: { object: source.name } })
  return ko.ok ? addModule(kernel, { ...source, ko: ko.value }) : ko
}

/** A module over a base of its own (.BTF.base, as those built outside the kernel's tree) is moved onto this kernel's. */
function openModuleBtf(base: Btf, { name, btf, opened }: ModuleSource, image: Image | undefined): RelocatedBtf {
  const inPlace = (own: Btf): RelocatedBtf => ({ from: own, btf: own, idOf: (id) => id })
  if (opened !== undefined) return inPlace(opened)
  const bytes = btf ?? image?.find('.BTF')?.bytes
  if (bytes === undefined) {
    throw new FaultError('the module has no .BTF section', {}, 'build it with CONFIG_DEBUG_INFO_BTF_MODULES')
  }
  const distilled = image?.find('.BTF.base')?.bytes
  if (distilled === undefined) return inPlace(value(parseBtf(bytes, { name, base })))
  const ownBase = value(parseBtf(distilled, { name: `${name} .BTF.base` }))
  return value(relocateBtf(value(parseBtf(bytes, { name, base: ownBase })), base))
}

function contentOf(
  { from, btf, idOf }: RelocatedBtf,
  source: ModuleSource,
  image: Image | undefined,
  { release, gate }: Pick<Kernel, 'release' | 'gate'>,
  notes: string[],
): { readonly sets: readonly KfuncSet[]; readonly destructors: readonly Destructor[] } {
  const ids = image?.find('.BTF_ids')
  const scan =
    ids === undefined || image === undefined
      ? undefined
      : scanIds(from, ids.bytes, { littleEndian: image.littleEndian })
  const registered = image === undefined ? [] : registrationsIn(image, gate)
  const declared = new Map(source.sets?.map((row): [string, DeclaredSet] => [row.set, row]))
  const sets: KfuncSet[] = []
  for (const { byte, marked, members: written } of scan?.sets ?? []) {
    const members = written.map(([id, flags]): [number, number] => [idOf(id), flags])
    const calls = registered.filter((row) => row.byte === byte)
    if (!marked && calls.length === 0) continue
    const known = recogniseSet(
      members.map(([id]) => btf.type(id).name),
      release,
    )
    const set = nameOfSet(image!, byte) ?? known?.set ?? `.BTF_ids+0x${byte.toString(16)}`
    const row = declared.get(set) ?? known
    declared.delete(set)
    const hooks = row?.hooks ?? [...new Set(calls.map(({ hook }) => hook))]
    const filter = row?.filter ?? calls[0]?.filter
    if (hooks.length === 0)
      notes.push(`kfunc set ${set} of ${source.name}: which programs may call its kfuncs is not known`)
    if (filter !== undefined && filterRow(filter) === undefined) {
      notes.push(`kfunc set ${set} of ${source.name}: its filter ${filter} is not known, so no program passes it`)
    }
    sets.push({ set, hooks, filter, members })
  }
  for (const { set, hooks, filter, kfuncs } of declared.values()) {
    const members = Object.entries(kfuncs).map(([name, flags]): [number, number] => {
      const id = btf.find(name, 'func')
      if (id === undefined) throw new FaultError(`set ${set} names ${name}, which the module’s BTF has no function for`)
      return [id, wordOfFlags(flags)]
    })
    sets.push({ set, hooks, filter, members })
  }
  const releases = new Set(
    sets.flatMap(({ members }) => members.filter(([, word]) => (word & 2) !== 0).map(([id]) => id)),
  )
  const destructors = (scan?.pairs ?? [])
    .map(({ struct, func }) => ({ struct: idOf(struct), func: idOf(func) }))
    .filter(({ func }) => releases.has(func) || btf.type(func).name.endsWith('_dtor'))
    .map(({ struct, func }) => ({ struct, btf, kfunc: btf.type(func).name }))
  for (const [struct, kfunc] of Object.entries(source.destructors ?? {})) {
    const id = btf.find(struct, 'struct')
    if (id === undefined) throw new FaultError(`destructor ${kfunc} is for struct ${struct}, which is not in BTF`)
    destructors.push({ struct: id, btf, kfunc })
  }
  return { sets, destructors }
}

function nameOfSet(image: Image, byte: number): string | undefined {
  const section = image.find('.BTF_ids')?.index
  const prefix = '__BTF_ID__set8__'
  const symbol = image.symbols.find(
    (row) => row.section === section && row.value === byte && row.name.startsWith(prefix),
  )
  return symbol?.name.slice(prefix.length)
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new FaultError(result.fault.what, result.fault.place, result.fault.hint)
  return result.value
}
