// SPDX-License-Identifier: Apache-2.0
// kfuncs gen types|skeleton|header: text that is generated, to standard output or a file.
import { basename } from 'node:path'
import { bundledKernels, openKernel } from '../kernel/index.ts'
import { structNamed } from './btf.ts'
import { moduleHeader, kernelHeader } from './gen/header.ts'
import { moduleFile } from './gen/module-file.ts'
import { skeleton } from './gen/skeleton.ts'
import { bodyTypes } from './gen/types.ts'
import { didYouMean } from './nearest.ts'
import { isModuleFile, kernelOf } from './kernel.ts'
import { fileOutput, standardOutput } from './output.ts'
import { orTell, readInput, UsageError } from './usage.ts'
import { type LoaderName, matches, openObject } from '../object/index.ts'

export interface GenFlags {
  readonly kernel: string
  readonly outputFile?: string
}
export interface HeaderFlags extends GenFlags {
  /** Names of kfuncs, with * and ?; none: all. */
  readonly kfunc: readonly string[]
  readonly weak?: boolean
}
export interface SkeletonFlags extends Pick<GenFlags, 'outputFile'> {
  readonly loader?: LoaderName
  readonly legacyMaps?: boolean
  readonly type: readonly string[]
  readonly name?: string
}

function write(text: string, { outputFile }: Pick<GenFlags, 'outputFile'>): number {
  const out = outputFile === undefined ? standardOutput : fileOutput(outputFile)
  out.write(text)
  out.end()
  return 0
}

export async function genTypes(source: string, flags: GenFlags): Promise<number> {
  const kernel = await kernelOf({ kernel: flags.kernel, module: [] })
  return write(bodyTypes(await moduleFile(source, kernel), basename(source)), flags)
}

export function genSkeleton(path: string, flags: SkeletonFlags): number {
  const name =
    flags.name ??
    basename(path)
      .replace(/\.o$/, '')
      .replace(/\.bpf$/, '')
  const bytes = readInput(path)
  const { loader, legacyMaps } = flags
  const object = orTell(openObject(bytes, basename(path), { loader, legacyMaps }))
  const types = flags.type.map((type) => structNamed(object.btf, type, path))
  return write(skeleton(object, bytes, { name, types, legacyMaps }), flags)
}

export async function genHeader(source: string, flags: HeaderFlags): Promise<number> {
  const options = { weak: flags.weak === true, source: basename(source) }
  if (/\.(?:[ch]|json|[cm]?[jt]s)$/.test(source)) {
    const kernel = await kernelOf({ kernel: flags.kernel, module: [] })
    const made = await moduleFile(source, kernel)
    const kfuncs = wanted(made.kfuncs, flags.kfunc)
    return write(moduleHeader({ ...made, linked: { ...made.linked, kfuncs } }, options), flags)
  }
  const kernel = bundledKernels.includes(source)
    ? orTell(await openKernel(source))
    : isModuleFile(source)
      ? await kernelOf({ kernel: flags.kernel, module: [source] })
      : await kernelOf({ kernel: source, module: [] })
  const own = isModuleFile(source) ? kernel.modules.at(-1)!.name : undefined
  const kfuncs = [...kernel.kfuncs.values()]
    .filter(({ module }) => own === undefined || module === own)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return write(kernelHeader(kernel, wanted(kfuncs, flags.kfunc), options), flags)
}

function wanted<T extends { readonly name: string }>(kfuncs: readonly T[], patterns: readonly string[]): readonly T[] {
  if (patterns.length === 0) return kfuncs
  for (const pattern of patterns) {
    if (kfuncs.some(({ name }) => matches(pattern, name))) continue
    const meant = didYouMean(
      pattern,
      kfuncs.map(({ name }) => name),
    )
    throw new UsageError(`no kfunc ${pattern}${meant === undefined ? '' : ` — ${meant}`}`)
  }
  return kfuncs.filter(({ name }) => patterns.some((pattern) => matches(pattern, name)))
}
