// SPDX-License-Identifier: Apache-2.0
// --kernel and --module: a kernel to ask, with modules on top.
import { basename, extname } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { formatFault } from '../fault/index.ts'
import { addModuleFile, bundledKernels, type Kernel, openKernel, withModule } from '../kernel/index.ts'
import { defineModule, type ModuleDefinition, parseModuleJson } from '../kfunc/index.ts'
import { importDefinition } from './imported.ts'
import { complain, orTell, readInput, UsageError } from './usage.ts'

export async function kernelOf(options: {
  readonly kernel: string
  readonly module: readonly string[]
  readonly config?: string | undefined
}): Promise<Kernel> {
  const { kernel: name } = options
  const config = options.config === undefined ? {} : { config: readInput(options.config) }
  let kernel = bundledKernels.includes(name)
    ? orTell(await openKernel(name, config))
    : orTell(await openKernel(fileOf(name), { name, ...config }))
  for (const path of options.module) kernel = await addTo(kernel, path)
  return kernel
}

function fileOf(name: string): Uint8Array {
  try {
    return readInput(name)
  } catch (error) {
    if (!(error instanceof UsageError) || !/^\d+\.\d+/.test(name)) throw error
    throw new UsageError(
      `no kernel ${name} comes with kfuncs — bundled: ${bundledKernels.join(', ')}; or give a file: vmlinuz, vmlinux, raw BTF`,
    )
  }
}

/** By its name: x.ko, x.ko.xz … */
export const isModuleFile = (path: string): boolean => /\.ko(\.(xz|zst|gz))?$/.test(path)

async function addTo(kernel: Kernel, path: string): Promise<Kernel> {
  const file = basename(path)
  if (isModuleFile(file)) {
    const name = file.replace(/\.ko.*$/, '').replaceAll('-', '_')
    return orTell(await addModuleFile(kernel, { name, ko: readInput(path) }))
  }
  const module = orTell(await defineModule(await definitionIn(path), { base: kernel.btf }))
  // Each worker opens the kernel again.
  if (isMainThread) for (const { fault } of module.warnings) complain(`warning: ${formatFault(fault)}`)
  return orTell(withModule(kernel, module))
}

/** host.json, host.ts, host.js */
export const definitionIn = async (path: string): Promise<ModuleDefinition> =>
  extname(path) === '.json'
    ? orTell(parseModuleJson(new TextDecoder().decode(readInput(path)), path))
    : await importDefinition(path)
