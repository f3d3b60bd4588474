// SPDX-License-Identifier: Apache-2.0
// kfuncs btf dump: the types of an object, a kernel or a module, as C or as data.
import { EM, readElf } from '../binary/index.ts'
import { type Btf, type BtfId, type BtfType, dumpC, parseBtf, printC, resolveType } from '../btf/index.ts'
import { printable } from '../fault/index.ts'
import { bundledKernels, openKernel } from '../kernel/index.ts'
import type { KernelOptions } from './flags.ts'
import { isModuleFile, kernelOf } from './kernel.ts'
import { didYouMean } from './nearest.ts'
import { fileOutput, standardOutput } from './output.ts'
import { orTell, readInput, UsageError } from './usage.ts'

export interface BtfFlags extends Pick<KernelOptions, 'kernel'> {
  readonly format: 'c' | 'json'
  readonly type: readonly string[]
  readonly outputFile?: string
}

export async function dumpBtf(source: string, flags: BtfFlags): Promise<number> {
  const types = await typesOf(source, flags)
  const { btf } = types
  const wanted = flags.type.length === 0 ? undefined : flags.type.flatMap((name) => typesNamed(btf, name, source))
  const out = flags.outputFile === undefined ? standardOutput : fileOutput(flags.outputFile)
  if (flags.format === 'json') for (const id of wanted ?? own(btf)) out.write(jsonOf(btf.type(id)))
  else out.write(cOf(types, wanted))
  out.end()
  return 0
}

interface Types {
  readonly btf: Btf
  /** A kernel's, to relocate against. */
  readonly kernel: boolean
}

async function typesOf(source: string, flags: BtfFlags): Promise<Types> {
  if (bundledKernels.includes(source)) return { btf: orTell(await openKernel(source)).btf, kernel: true }
  const bytes = readInput(source)
  const elf = readElf(bytes)
  if (elf.ok && elf.value.machine === EM.bpf) {
    const section = elf.value.section('.BTF')
    if (section === undefined) throw new UsageError(`${source}: no types in this object — compile with -g`)
    return { btf: orTell(parseBtf(elf.value.data(section), { name: source })), kernel: false }
  }
  // a module's types stand on its kernel's
  if (isModuleFile(source)) {
    const { modules } = await kernelOf({ kernel: flags.kernel, module: [source] })
    return { btf: modules.at(-1)!, kernel: true }
  }
  return { btf: orTell(await openKernel(bytes, { name: source })).btf, kernel: true }
}

const own = (btf: Btf): readonly BtfId[] =>
  Array.from({ length: btf.count - btf.firstId }, (_, i) => btf.firstId + i).filter((id) => id > 0)

/** Whatever is called so: structs, enums, typedefs, functions, variables. */
function typesNamed(btf: Btf, name: string, source: string): readonly BtfId[] {
  const bare = name.replace(/^(?:struct|union|enum) /, '')
  const kind = bare === name ? undefined : name.slice(0, name.indexOf(' '))
  const found = btf.findAll(bare).filter((id) => kind === undefined || btf.type(id).kind.startsWith(kind))
  if (found.length > 0) return [...found].sort((a, b) => a - b)
  const names = new Set(own(btf).map((id) => btf.type(id).name))
  const meant = didYouMean(
    bare,
    [...names].filter((one) => Math.abs(one.length - bare.length) <= 3),
  )
  throw new UsageError(`${source}: no type ${name}${meant === undefined ? '' : ` — ${meant}`}`)
}

/** The struct that is called so. */
export function structNamed(btf: Btf | undefined, name: string, source: string): BtfId {
  if (btf === undefined) throw new UsageError(`${source}: no types in this object — compile with -g`)
  const found = typesNamed(btf, name, source).find((id) => resolveType(btf, id).kind === 'struct')
  if (found === undefined) throw new UsageError(`${source}: ${name} is not a struct`)
  return found
}

function cOf({ btf, kernel }: Types, wanted: readonly BtfId[] | undefined): string {
  const isDefinition = (id: BtfId): boolean => !others.has(btf.type(id).kind)
  const definitions = wanted?.filter(isDefinition)
  const declared = (wanted ?? []).filter((id) => !isDefinition(id))
  const types = wanted !== undefined && definitions!.length === 0 ? '' : orTell(dumpC(btf, definitions))
  const rest = declared.map((id) => printC(btf, id, { tags: 'attribute' })).join('\n')
  const text = [types.trimEnd(), rest].filter((part) => part !== '').join('\n\n')
  return kernel && wanted === undefined ? header(text) : text
}

const others: ReadonlySet<BtfType['kind']> = new Set(['func', 'var'])

/** As bpftool's vmlinux.h begins and ends: field accesses are relocated to the kernel that a program is loaded into. */
const header = (text: string): string =>
  [
    '#ifndef __VMLINUX_H__',
    '#define __VMLINUX_H__',
    '',
    '#ifndef BPF_NO_PRESERVE_ACCESS_INDEX',
    '#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)',
    '#endif',
    '',
    text,
    '',
    '#ifndef BPF_NO_PRESERVE_ACCESS_INDEX',
    '#pragma clang attribute pop',
    '#endif',
    '',
    '#endif /* __VMLINUX_H__ */',
  ].join('\n')

/** One type a line: id, kind, name, and what the kind has; numbers too large for JSON are text. */
function jsonOf(type: BtfType): string {
  const number = (value: bigint): number | string => (Number.isSafeInteger(Number(value)) ? Number(value) : `${value}`)
  return printable(
    JSON.stringify(type, (_, value: unknown) => (typeof value === 'bigint' ? number(value) : value)),
    'json',
  )
}
